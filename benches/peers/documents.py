"""The reference: what each tool has to write, as plain functions of the description.

These are the Applications and ApplicationSets that platformc makes of the same platform. A tool is free in the order of
keys, quotes and files; what it writes must be equal to these objects once it is parsed.
"""

APPLICATION = "argoproj.io/v1alpha1"
PATCH = '{{ if hasKey . "patch" }}{{ toJson .patch }}{{ else }}{}{{ end }}'


def labels(service):
    return {
        "app.kubernetes.io/managed-by": "platformc",
        "app.kubernetes.io/part-of": "bench",
        "platformc.io/layer": service["layer"],
        "platformc.io/owner": service["owner"],
        "platformc.io/service": service["name"],
    }


def annotations(service):
    return {
        "notifications.argoproj.io/subscribe.on-sync-failed.slack": service["owner"],
        "platform.example.com/source-of-truth": "services/" + service["name"],
    }


def values(platform, service, cluster):
    """The Helm values that differ by environment."""
    env = service["env"][cluster["env"]]
    repository = "%s/%s/%s" % (platform["registry"], service["owner"], service["name"])
    return {
        "image": {"repository": repository, "tag": env["tag"]},
        "ingress": {"enabled": True, "host": env["host"]},
        "replicaCount": env["replicas"],
    }


def history(cluster):
    return 20 if cluster["env"] == "prod" else 5


def spec(platform, service, server, chart_values):
    return {
        "project": service["project"],
        "source": {
            "repoURL": platform["repoURL"],
            "targetRevision": service["revision"],
            "path": "charts/" + service["name"],
            "helm": {"releaseName": service["name"], "valuesObject": chart_values},
        },
        "destination": {"server": server, "namespace": service["name"]},
        "syncPolicy": {
            "automated": {"prune": True, "selfHeal": True},
            "syncOptions": service["syncOptions"],
            "retry": {
                "limit": 5,
                "refresh": True,
                "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"},
            },
        },
    }


def application(platform, service, cluster):
    here = {
        "platformc.io/cluster": cluster["name"],
        "platformc.io/env": cluster["env"],
        "platformc.io/region": cluster["region"],
    }
    place = {"cluster": cluster["name"], "env": cluster["env"], "region": cluster["region"]}
    chart_values = dict(values(platform, service, cluster), owner=service["owner"], **{"global": place})
    return {
        "apiVersion": APPLICATION,
        "kind": "Application",
        "metadata": {
            "name": service["name"] + "." + cluster["name"],
            "namespace": platform["namespace"],
            "labels": dict(labels(service), **here),
            "annotations": dict(annotations(service), **{"argocd.argoproj.io/sync-wave": service["wave"]}),
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": dict(
            spec(platform, service, cluster["server"], chart_values), revisionHistoryLimit=history(cluster)
        ),
    }


def element(platform, service, cluster):
    return {
        "cluster": cluster["name"],
        "url": cluster["server"],
        "env": cluster["env"],
        "region": cluster["region"],
        "patch": {
            "spec": {
                "source": {"helm": {"valuesObject": values(platform, service, cluster)}},
                "revisionHistoryLimit": history(cluster),
            }
        },
    }


def application_set(platform, service):
    place = {"cluster": "{{.cluster}}", "env": "{{.env}}", "region": "{{.region}}"}
    here = {
        "platformc.io/cluster": "{{.cluster}}",
        "platformc.io/env": "{{.env}}",
        "platformc.io/region": "{{.region}}",
    }
    return {
        "apiVersion": APPLICATION,
        "kind": "ApplicationSet",
        "metadata": {
            "name": service["name"],
            "namespace": platform["namespace"],
            "labels": labels(service),
        },
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"list": {"elements": [element(platform, service, c) for c in platform["clusters"]]}}],
            "template": {
                "metadata": {
                    "name": service["name"] + ".{{.cluster}}",
                    "labels": dict(labels(service), **here),
                    "annotations": annotations(service),
                    "finalizers": ["resources-finalizer.argocd.argoproj.io"],
                },
                "spec": spec(platform, service, "{{.url}}", {"owner": service["owner"], "global": place}),
            },
            "templatePatch": PATCH,
        },
    }
