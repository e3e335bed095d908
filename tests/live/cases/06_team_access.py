"""A team's people may do to its services what `platformc can` says, and nothing to the ingress.

examples/devowlish. People sign in with tokens that name their groups, as an identity provider gives them; what a group may
do, on Argo CD and on each cluster, comes from what platformc wrote and from nothing else.
"""
import collections
import json

import yaml

from harness import rights, sso
from harness.plane import Waited, until
from harness.session import Session
from harness.settings import PROJECT

INGRESS = "services/addons/ingress-nginx.pf"
SPACE = '  namespace = "ingress-nginx"\n'
GRAFANA = "services/addons/grafana.pf"
# A team that may see one service, until it may not.
GUESTS = """
## Looks at dashboards.
team guests {
  sso     = ["devowlish:guests"]
  github  = "@devowlish/guests"
  contact = "#guests"
}
"""


def run(case):
    platform = case.platform(PROJECT / "examples/devowlish")
    case.postpone_freezes(platform)
    platform.edit(GRAFANA, '  namespace = "grafana"\n', '  namespace = "grafana"\n' + line("guests"))
    with open(platform.folder / "teams.pf", "a", encoding="utf-8") as file:
        file.write(GUESTS)
    case.note("Added to the platform's sources: a team `guests`, which may see Grafana.")
    case.up(platform, stand_ins="devowlish.yaml", more_hosts=[sso.HOST])
    provider = sso.Provider(case.plane)
    sso.configure(case.plane)
    case.plane.restart("server")
    case.bootstrap(platform)
    if not case.converge(platform.everything(), 600):
        return
    claims = rights.Claims(platform)
    members = [(team, group) for team, groups in claims.groups.items() for group in groups] + [(None, "nobody:knows")]
    sessions = {(team, group): Session(case.plane, provider.token(f"one of {group}", [group])) for team, group in members}
    chat, admin = sessions["chat", "devowlish:chat"], sessions["platform", "devowlish:platform"]
    stays_synced(case, platform)
    default_is_closed(case, platform, admin)
    foundations(case, platform)
    bounds(case)
    everything_asked(case, claims, sessions, members)
    acts(case, claims, chat)
    in_kubernetes(case)
    changed_access(case, platform, sessions)
    last_access(case, platform, sessions)


def same(case, text, result):
    asked, yes, findings = result
    case.check(text, not findings and 0 < yes < asked, f"{asked} questions, {yes} times yes, {len(findings)} differences")
    for finding in findings[:10]:
        case.note(f"Different: {finding}")


def everything_asked(case, claims, sessions, members):
    same(case, "Argo CD's server answers each team, action and instance as `platformc can` does",
         rights.differences_in_argo(claims, sessions))
    same(case, "each cluster's API server answers each group as follows from `platformc can`",
         rights.differences_in_kubernetes(claims, case.plane, members))


# ---- what is there ----


def stays_synced(case, platform):
    """Lists that are empty, defaults that the API server fills in: what differs for ever would show here."""
    mark, end = case.recorder.mark(), case.recorder.now() + 60
    until(90, "a quiet minute", lambda: case.recorder.now() > end)
    left = sorted(name for name in platform.everything() if case.recorder.first(
        name, lambda event: event.sync != "Synced" or event.phase == "Running", mark))
    case.check("for a minute nothing leaves Synced and nothing is synced again", not left, ", ".join(left[:10]))
    data = case.plane.hub.get("/api/v1/namespaces/argocd/configmaps/argocd-cm")["data"]
    case.check("keys of argocd-cm that platformc does not write are left alone", "oidc.config" in data)


def repository(platform):
    return yaml.safe_load((platform.output / "_main_apps/root.yaml").read_text())["spec"]["source"]["repoURL"]


def resources(case, name):
    app = case.plane.hub.get(f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{name}")
    return app["status"]["resources"]


def default_is_closed(case, platform, admin):
    found = [row for row in resources(case, "control-plane") if (row["kind"], row["name"]) == ("AppProject", "default")]
    case.check("the closed project `default` is Synced", [row["status"] for row in found] == ["Synced"])
    url = repository(platform)
    code, said = admin.argocd("app", "create", "stray", "--project", "default", "--repo", url, "--path", "infra/argocd",
                              "--dest-server", "https://kubernetes.default.svc", "--dest-namespace", "argocd")
    case.check("not even an admin gets an Application into `default`", code and "not permitted in project 'default'" in said,
               last_line(said))


def last_line(said):
    """What argocd says, without its frame."""
    line = said.strip().splitlines()[-1] if said.strip() else ""
    try:
        return json.loads(line)["msg"][:300]
    except (ValueError, KeyError, TypeError):
        return line[:300]


def covers(live, wanted):
    """Whether an object is what was asked for, whatever it has beside."""
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(covers(live.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(live, list) and len(live) == len(wanted) and all(map(covers, live, wanted))
    return live == wanted


def key(obj):
    return obj["kind"], obj["metadata"].get("namespace"), obj["metadata"]["name"]


def foundations(case, platform):
    """Every object that a foundation renders, as its cluster's API server took it."""
    kinds, wrong = collections.Counter(), []
    for cluster in platform.clusters():
        text = case.plane.kubectl("kustomize", str(platform.output / f"clusters/{cluster}/foundation"))
        file = case.plane.folder / f"foundation-{cluster}.yaml"
        file.write_text(text)
        found = json.loads(case.plane.kubectl("get", "-f", str(file), "-o", "json", "--ignore-not-found", context=cluster))
        live = {key(obj): obj for obj in found["items"]}
        for wanted in yaml.safe_load_all(text):
            kinds[wanted["kind"]] += 1
            if not covers(live.get(key(wanted)), wanted):
                wrong.append(f"{'/'.join(filter(None, key(wanted)))} on {cluster}")
        wrong += [f"{row['kind']}/{row['name']} of {cluster} is {row.get('status')}"
                  for row in resources(case, f"foundation.{cluster}") if row.get("status") != "Synced"]
    case.check("every object of every foundation is on its cluster as it was written, and Synced", not wrong and kinds,
               ", ".join(wrong[:10]) or f"{sum(kinds.values())} objects")
    case.tables.append([["kind in foundations", "on all clusters"], *map(list, sorted(kinds.items()))])


def refused(case, cluster, space, spec, words):
    """Whether an API server refuses a Pod, and says why; admins are bound as well."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"}, "spec": spec}
    status, said = case.plane.api(cluster).request("POST", f"/api/v1/namespaces/{space}/pods?dryRun=All", pod, "application/json")
    return status == 403 and words in said["message"], said.get("message", status)


def bounds(case):
    container = {"name": "main", "image": "stand-in.example.com/probe:1"}
    big = container | {"resources": {"requests": {"cpu": "1", "memory": "8Gi"}, "limits": {"memory": "8Gi"}}}
    case.check("a Pod beyond the limits of its namespace is refused",
               *refused(case, "dev", "chat-api", {"containers": [big]}, "maximum memory usage per Container is 4Gi"))
    case.check("a Pod that sees the processes of its node is refused where the namespace is `baseline`",
               *refused(case, "dev", "chat-api", {"containers": [container], "hostPID": True}, "violates PodSecurity"))
    case.check("a Pod that says nothing of itself is refused where it is `restricted`",
               *refused(case, "stage", "chat-digest", {"containers": [container]}, "violates PodSecurity"))


# ---- what somebody of the chat team does ----


def operation(case, name):
    app = case.plane.hub.get(f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{name}")
    state = app["status"]["operationState"]
    return state["startedAt"], state["operation"].get("initiatedBy", {}).get("username", ""), state["phase"]


def restarted(case, cluster):
    found = case.plane.api(cluster).get("/apis/apps/v1/namespaces/chat-api/deployments/chat-api")
    return "kubectl.kubernetes.io/restartedAt" in found["spec"]["template"]["metadata"].get("annotations", {})


def denied(case, text, chat, *words):
    code, said = chat.argocd(*words)
    return case.check(text, code and "PermissionDenied" in said, last_line(said))


def acts(case, claims, chat):
    code, said = chat.argocd("app", "list", "-o", "name")
    seen, wanted = {line.rpartition("/")[2] for line in said.splitlines()}, claims.allowed["chat", "get"]
    case.check("somebody of chat sees the Applications that they may get, and no other", not code and seen == wanted,
               f"{len(seen)} of {len(claims.applications)}")
    for cluster in ("dev", "prod-eu-1"):
        code, said = chat.argocd("app", "sync", f"chat-api.{cluster}", "--timeout", "120")
        _, who, phase = operation(case, f"chat-api.{cluster}")
        case.check(f"they sync chat-api on {cluster}", not code and (who, phase) == ("one of devowlish:chat", "Succeeded"),
                   f"{phase}, by {who or last_line(said)}")
    for cluster in ("dev", "prod-eu-1"):
        before = operation(case, f"ingress-nginx.{cluster}")
        denied(case, f"they are refused a sync of ingress-nginx on {cluster}", chat, "app", "sync", f"ingress-nginx.{cluster}")
        denied(case, f"and its deletion on {cluster}", chat, "app", "delete", f"ingress-nginx.{cluster}", "--yes")
        app = case.plane.hub.get(f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/ingress-nginx.{cluster}")
        case.check("nothing came of it", operation(case, f"ingress-nginx.{cluster}") == before
                   and not app["metadata"].get("deletionTimestamp"))
    restart = ["restart", "--kind", "Deployment", "--resource-name", "chat-api"]
    denied(case, "they are refused a restart of chat-api on prod-eu-1, where they are deployers", chat,
           "app", "actions", "run", "chat-api.prod-eu-1", *restart)
    case.check("nothing came of it", not restarted(case, "prod-eu-1"))
    code, said = chat.argocd("app", "actions", "run", "chat-api.dev", *restart)
    case.check("they restart it on dev, where they are operators", not code and restarted(case, "dev"), last_line(said))
    denied(case, "they are refused to move their own Application into another project", chat, "app", "patch", "chat-api.dev",
           "--type", "merge", "--patch", '{"spec": {"project": "platform"}}')
    denied(case, "and its deletion", chat, "app", "delete", "chat-api.dev", "--yes")


def in_kubernetes(case):
    """The same question as people ask it."""
    for cluster, answer, words in [
        ("dev", "yes", ["get", "pods", "-n", "chat-api"]), ("dev", "yes", ["delete", "pods", "-n", "chat-api"]),
        ("prod-eu-1", "yes", ["get", "pods", "-n", "chat-api"]), ("prod-eu-1", "no", ["delete", "pods", "-n", "chat-api"]),
        ("dev", "no", ["get", "secrets", "-n", "chat-api"]), ("dev", "no", ["get", "pods", "-n", "ingress-nginx"]),
        ("dev", "no", ["patch", "deployments.apps", "-n", "ingress-nginx"]), ("dev", "no", ["get", "pods", "--all-namespaces"]),
    ]:
        said = case.plane.kubectl("auth", "can-i", *words, "--as", "somebody", "--as-group", "devowlish:chat", context=cluster,
                                  check=False).strip()
        case.check(f"`kubectl auth can-i {' '.join(words)}` on {cluster}, as the chat's group: {answer}", said == answer)


# ---- what becomes of a changed line ----


def changed_access(case, platform, sessions):
    """A role that is given, widened and taken back; the second changes nothing but a file below `access/`."""
    steps = [("observability may see the ingress", "", line("observability"), ["observability"]),
             ("models may as well", line("observability"), line("observability, models"), ["models", "observability"]),
             ("nobody may any more", line("observability, models"), "", [])]
    for what, old, new, teams in steps:
        platform.edit(INGRESS, SPACE + old, SPACE + new)
        case.change(platform, what)
        wanted = sorted(f"devowlish:{team}" for team in teams)
        happens(case, f"{what}: the RoleBinding on each cluster {'says so' if teams else 'is gone'}",
                lambda wanted=wanted: all(subjects(case, cluster) == wanted for cluster in platform.clusters()))
        settled(case, what, platform, sessions, "ingress-nginx")


def last_access(case, platform, sessions):
    """A team of which nothing is left: its whole key goes out of argocd-rbac-cm."""
    what = "guests lose the last that they may do"
    platform.edit(GRAFANA, line("guests"), "")
    case.change(platform, what)
    settled(case, what, platform, sessions, "grafana")


def settled(case, what, platform, sessions, service):
    written = yaml.safe_load((platform.output / "argocd/argocd-rbac-cm.yaml").read_text())["data"]
    happens(case, f"{what}: argocd-rbac-cm has exactly what was written", lambda: case.plane.hub.get(
        "/api/v1/namespaces/argocd/configmaps/argocd-rbac-cm")["data"] == written)
    case.converge(platform.everything(), 240, f"{what}: everything is Synced and Healthy")
    claims = rights.Claims(platform, {service})
    same(case, f"{what}: Argo CD's answers about {service} are those of `platformc can`",
         rights.differences_in_argo(claims, sessions))
    same(case, f"{what}: so are the clusters'", rights.differences_in_kubernetes(claims, case.plane, list(sessions)))


def happens(case, what, condition):
    pushed = case.recorder.now()
    try:
        until(120, what, condition, 1)
        case.check(what, True, f"after {case.recorder.now() - pushed:.0f} s")
    except Waited as error:
        case.check(what, False, error)


def line(teams):
    return f"  access {{ viewer = [{teams}] }}\n"


def subjects(case, cluster):
    """The groups that the binding on the ingress's namespace names."""
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/ingress-nginx/rolebindings/ingress-nginx.view"
    found = case.plane.api(cluster).get(path)
    return sorted(subject["name"] for subject in found["subjects"]) if found else []
