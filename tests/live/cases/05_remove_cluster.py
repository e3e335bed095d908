"""A cluster that is removed goes in reverse order, workload and all.

docs/output.md, "Deletion", on the small platform: the first commit takes the cluster's root away, the second the cluster.
Before that, what happens to the workload of a service of which `on` is narrowed.
"""
from harness import order, settings
from harness.plane import Waited, until

CLUSTER = """## The second cluster.
cluster two {
  env    = dev
  region = "us"
  server = "https://two.k8s.example.com"
  labels { state = "in-use" }
}

"""

FRONT = """  use       = workload(ready = "2")
  layer     = services
  owner     = platform
"""


def run(case):
    platform = case.platform(settings.LIVE / "platforms/small")
    case.up(platform)
    case.bootstrap(platform)
    if not case.converge(platform.everything(), 400):
        return
    narrowed(case, platform)
    first_commit(case, platform)
    second_commit(case, platform)


def narrowed(case, platform):
    """`front` leaves cluster one, and comes back."""
    old, new = (FRONT + f"  on        = {on}\n" for on in (
        'labels.state == "in-use"', 'labels.state == "in-use" and cluster != one'))
    case.change(platform, "front leaves one", (old, new))
    case.vanish({"front.one"}, 200, "a service of which `on` is narrowed: its Application goes")
    try:
        until(45, "the workload to go", lambda: "front" not in deployments(case, "one"))
        case.note("The workload of the narrowed service went with it, this time.")
    except Waited:
        case.note("The workload of the narrowed service stayed on the cluster: its project no longer permitted it.")
    case.change(platform, "front comes back", (new, old))
    case.converge(platform.everything(), 200, "it comes back")


def first_commit(case, platform):
    claims = [claim for claim in platform.claims() if claim[0].endswith(".two")]
    # What an ApplicationSet makes does not hang below the cluster's root; it goes with the second commit.
    leaves = {f"{name}.two" for name in ("storage", "registry", "certs", "ingress", "api", "front")}
    mark = case.recorder.mark()
    (platform.output / "_main_apps/cluster.two.yaml").unlink()
    platform.push("Take the root of two away")
    pushed = case.recorder.now()
    case.vanish(leaves | {"cluster.two"}, 300, "the first commit takes the root and every service below it away")
    case.figure("from the first push until all of it was gone", f"{case.recorder.now() - pushed:.0f} s")
    case.ordered("in the reverse of the order that `explain order` gives", order.removed(case.recorder, claims, mark))
    left = set(deployments(case, "two")) - {"batch"}
    case.check("their workload is gone from the cluster", not left, ", ".join(sorted(left)))
    spaces = [item["metadata"]["name"] for item in case.plane.api("two").get("/api/v1/namespaces")["items"]]
    case.check("its namespaces stay", "storage" in spaces)


def second_commit(case, platform):
    mark = case.recorder.mark()
    case.change(platform, "two is gone", (CLUSTER, ""))
    pushed = case.recorder.now()
    case.vanish({name for name in case.recorder.names() if name.endswith(".two")}, 300,
                "the second commit takes away what an ApplicationSet made")
    try:
        until(120, "the registration to go", lambda: case.plane.hub.get(
            "/api/v1/namespaces/argocd/secrets/cluster-two") is None)
        case.check("and the registration", True)
    except Waited as error:
        case.check("and the registration", False, error)
    case.figure("from the second push until both were gone", f"{case.recorder.now() - pushed:.0f} s")
    left = deployments(case, "two")
    case.note(f"Left on the cluster: {', '.join(left) or 'no workload'}.")
    case.converge(platform.everything(), 200, "what is left of the platform is Synced and Healthy")
    others = [name for name in platform.applications if case.recorder.first(
        name, lambda event: event.deleting or event.sync == "OutOfSync", mark)]
    case.check("no service of the other cluster noticed", not others, ", ".join(others))


def deployments(case, cluster):
    items = case.plane.api(cluster).get("/apis/apps/v1/deployments")["items"]
    return [item["metadata"]["name"] for item in items]
