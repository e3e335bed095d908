"""A base of all services, overlays of it for environments, overlays of those for clusters: prepare.py IN WORK."""
import json
import os
import sys

from description import ENVIRONMENTS, read
from documents import application

NOWHERE = {"name": "NONE", "env": "dev", "region": "NONE", "server": "NONE"}
HEAD = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}


def put(path, documents):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        for document in documents:
            file.write("---\n" + json.dumps(document, indent=1) + "\n")


def kustomization(folder, **what):
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    put(folder + "/kustomization.yaml", [dict(head, **what)])


def base(platform, service):
    document = application(platform, service, NOWHERE)
    document["metadata"]["name"] = service["name"]
    return document


def environment(platform, service, env):
    values = service["env"][env]
    changed = {
        "global": {"env": env},
        "replicaCount": values["replicas"],
        "image": {"tag": values["tag"]},
        "ingress": {"host": values["host"]},
    }
    metadata = {"name": service["name"], "namespace": platform["namespace"], "labels": {"platformc.io/env": env}}
    spec = {"source": {"helm": {"valuesObject": changed}}, "revisionHistoryLimit": 20 if env == "prod" else 5}
    return dict(HEAD, metadata=metadata, spec=spec)


def place(cluster):
    name, region = cluster["name"], cluster["region"]
    labels = {"platformc.io/cluster": name, "platformc.io/region": region}
    changed = {"source": {"helm": {"valuesObject": {"global": {"cluster": name, "region": region}}}}}
    spec = dict(changed, destination={"server": cluster["server"]})
    return dict(HEAD, metadata={"name": "any", "labels": labels}, spec=spec)


def main(source, work):
    platform = read(source)
    put(work + "/base/apps.yaml", [base(platform, service) for service in platform["services"]])
    kustomization(work + "/base", resources=["apps.yaml"])
    for env in ENVIRONMENTS:
        folder = "%s/env/%s" % (work, env)
        put(folder + "/values.yaml", [environment(platform, service, env) for service in platform["services"]])
        kustomization(folder, resources=["../../base"], patches=[{"path": "values.yaml"}])
    for cluster in platform["clusters"]:
        folder = "%s/clusters/%s" % (work, cluster["name"])
        put(folder + "/patch.yaml", [place(cluster)])
        patch = {"path": "patch.yaml", "target": {"kind": "Application"}}
        above = ["../../env/" + cluster["env"]]
        kustomization(folder, resources=above, nameSuffix="." + cluster["name"], patches=[patch])
    with open(work + "/names", "w") as file:
        file.writelines(cluster["name"] + "\n" for cluster in platform["clusters"])


main(*sys.argv[1:])
