"""Compares what `platformc can` claims with what Argo CD's server and the clusters' API servers answer."""
import json

import yaml

from .session import DELETE_RESOURCE, PATCH_RESOURCE, RUN_ACTION

# What Argo CD is asked for each word: a whole action by its own `can-i`; what concerns single objects, which `can-i` does not
# take, by a request for an object that does not exist.
WHOLE = {
    "get": ("applications", "get"), "logs": ("logs", "get"), "sync": ("applications", "sync"), "exec": ("exec", "create"),
    "update": ("applications", "update"), "override": ("applications", "override"), "create": ("applications", "create"),
    "delete": ("applications", "delete"),
}
PARTS = {
    "restart": (RUN_ACTION, {"group": "apps", "kind": "Deployment", "action": "restart"}),
    "run-actions": (RUN_ACTION, {"group": "apps", "kind": "Deployment", "action": "pause"}),
    "delete-pods": (DELETE_RESOURCE, {"kind": "Pod"}),
    "delete-objects": (DELETE_RESOURCE, {"kind": "ConfigMap"}),
    "update-objects": (PATCH_RESOURCE, {"kind": "ConfigMap", "patch": "{}", "patchType": "application/merge-patch+json"}),
}
WORDS = [*WHOLE, *PARTS]
# A wider word allows what a narrower one does.
WIDER = {"restart": {"run-actions"}, "delete-pods": {"delete-objects"}}

EDIT = {"run-actions", "delete-objects", "update-objects", "override"}
# What Kubernetes is asked in a namespace, and the words of which one is enough there.
REACH = [
    ("get", "apps", "deployments", "", EDIT | {"get", "logs"}),
    ("get", "", "pods", "log", EDIT | {"get", "logs"}),
    ("patch", "apps", "deployments", "", EDIT | {"restart"}),
    ("delete", "", "pods", "", EDIT | {"delete-pods"}),
    ("create", "", "pods", "exec", EDIT | {"exec"}),
    ("get", "", "secrets", "", EDIT),
    ("update", "", "configmaps", "", EDIT),
    ("delete", "", "resourcequotas", "", set()),
    ("delete", "networking.k8s.io", "ingressclasses", "", set()),
]
NOT_OURS = ["default", "kube-system", "elsewhere"]


class Claims:
    """Who is in which team, and for each team and word the Applications that `platformc can` says yes to."""

    def __init__(self, platform, services=None):
        self.platform = platform
        self.applications = {
            name: app for name, app in platform.applications.items() if not services or service_of(app) in services}
        self.groups, self.allowed = groups(platform), {}
        names = platform.instances()
        for team in self.groups:
            for word in WORDS:
                found = self.allowed[team, word] = set()
                for service in sorted({service_of(app) for app in self.applications.values()}):
                    said = json.loads(platform.platformc("can", team, word, service, "--format", "json", codes=(0, 1)))
                    for answer in said["answers"]:
                        found |= {names[instance] for instance in answer["instances"] if answer["allowed"]}

    def may(self, team, word, name):
        return any(name in self.allowed.get((team, known), set()) for known in {word} | WIDER.get(word, set()))

    def spaces(self, team, words, cluster):
        """The namespaces on a cluster in which a team has one of these words."""
        found = {name for word in words for name in self.allowed.get((team, word), set())}
        return {space_of(self.platform.applications[name]) for name in found
                if cluster_of(self.platform.applications[name]) == cluster}


def label(app, word):
    return app["metadata"]["labels"][f"platformc.io/{word}"]


def service_of(app):
    return label(app, "service")


def cluster_of(app):
    return label(app, "cluster")


def space_of(app):
    return app["spec"]["destination"]["namespace"]


def groups(platform):
    """The groups of each team that may do anything, as argocd-rbac-cm has them."""
    data = yaml.safe_load((platform.output / "argocd/argocd-rbac-cm.yaml").read_text())["data"]
    found = {}
    for key, text in data.items():
        if key.endswith(".csv"):
            lines = (line.split(", ") for line in text.splitlines())
            found[key.split(".")[1]] = [line[1] for line in lines if line[0] == "g"]
    return found


def differences_in_argo(claims, sessions):
    """Asks as somebody of each group; returns (questions, how many got a yes, what is otherwise than claimed)."""
    asked, yes, findings = 0, 0, []
    for (team, group), session in sessions.items():
        for name, app in claims.applications.items():
            for word in WORDS:
                if word in WHOLE:
                    answer = session.can_i(*WHOLE[word], f"{app['spec']['project']}/{name}")
                else:
                    method, texts = PARTS[word]
                    answer = session.gets_past(method, name=name, **texts)
                asked, yes = asked + 1, yes + answer
                if answer != claims.may(team, word, name):
                    findings.append(f"{group}: {word} {name}: Argo CD says {'yes' if answer else 'no'}")
    return asked, yes, findings


def access_review(api, group, verb, api_group, resource, sub, space):
    """Whether a cluster would let somebody of a group do something."""
    where = {"verb": verb, "group": api_group, "resource": resource, "subresource": sub, "namespace": space}
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {
        "user": "somebody", "groups": [group, "system:authenticated"], "resourceAttributes": where}}
    status, found = api.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body, "application/json")
    if status != 201:
        raise RuntimeError(f"{api.context}: {status} {found}")
    return found["status"]["allowed"]


def differences_in_kubernetes(claims, plane, members):
    """Asks each cluster for each group; `members` are pairs of team and group."""
    asked, yes, findings = 0, 0, []
    for cluster in claims.platform.clusters():
        api = plane.api(cluster)
        spaces = sorted({space_of(app) for app in claims.applications.values() if cluster_of(app) == cluster})
        for team, group in members:
            for verb, api_group, resource, sub, words in REACH:
                allowed = claims.spaces(team, words, cluster)
                for space in [*spaces, *NOT_OURS]:
                    answer = access_review(api, group, verb, api_group, resource, sub, space)
                    asked, yes = asked + 1, yes + answer
                    if answer != (space in allowed):
                        findings.append(f"{group}: {verb} {resource}{sub and '/' + sub} in {space} of {cluster}: "
                                        f"Kubernetes says {'yes' if answer else 'no'}")
    return asked, yes, findings
