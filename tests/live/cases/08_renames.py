"""A rename with `moved` deletes no workload, and what `removed` lets go stays.

docs/guides/renames.md on the small platform: services and a cluster that keep their names in Argo CD, then the two steps to new
names, then a service that goes and leaves its workload. Every Deployment is the same object from beginning to end.
"""
from harness import settings
from harness.plane import until

FRONT = "## Asks; needs who answers, in the same layer.\nservice {name} {{"
BATCH = "## Made by an ApplicationSet: nothing holds it back.\nservice {name} {{"
KEPT = "moved service {old} {{ to = {new} }}\n\n"
STEP = "moved service {old} {{ to = {new}  names = {names} }}\n\n"
CLUSTERS = ("one", "two")


def run(case):
    platform = case.platform(settings.LIVE / "platforms/small")
    case.up(platform)
    case.bootstrap(platform)
    if not case.converge(platform.everything(), 400):
        return
    before = workloads(case)
    case.figure("Deployments that must stay what they are", len(before))
    kept(case, platform, before)
    both(case, platform, before)
    new(case, platform, before)
    let_go(case, platform, before)


def kept(case, platform, before):
    """`front` becomes `web`, `batch` becomes `job`, and cluster one becomes eins; nothing in Argo CD has another name."""
    names, mark = set(case.recorder.names()), case.recorder.mark()
    case.change(
        platform, "three renames that keep their names",
        (FRONT.format(name="front"), KEPT.format(old="front", new="web") + FRONT.format(name="web")),
        (BATCH.format(name="batch"), KEPT.format(old="batch", new="job") + BATCH.format(name="job")),
        ("## The first cluster.\ncluster one {", "moved cluster one { to = eins }\n\n## The first cluster.\ncluster eins {"))
    labelled(case, {"front.one": "web", "front.two": "web", "batch.one": "job", "batch.two": "job"})
    case.converge(platform.everything(), 300, "with the old names kept, everything is Synced and Healthy again")
    case.check("no Application came or went", set(case.recorder.names()) == names and not deleted(case, mark, names),
               ", ".join(sorted(set(case.recorder.names()) ^ names)))
    unharmed(case, before, "no workload was deleted or made anew")


def both(case, platform, before):
    """Step 1: `names = both`."""
    mark = case.recorder.mark()
    case.change(
        platform, "step 1: both names",
        (KEPT.format(old="front", new="web"), STEP.format(old="front", new="web", names="both")),
        (KEPT.format(old="batch", new="job"), STEP.format(old="batch", new="job", names="both")))
    old = {f"{name}.{cluster}" for name in ("front", "batch") for cluster in CLUSTERS}
    new_ones = {f"{name}.{cluster}" for name in ("web", "job") for cluster in CLUSTERS}
    case.converge(platform.everything() - old, 300, "step 1: the new Applications, and all others, are Synced and Healthy")
    until(60, "the old ones to lose their finalizer", lambda: not any(finalizers(case, name) for name in old))
    case.check("the old ones are still there, without a finalizer", old <= case.recorder.names())
    case.check("and do not sync by themselves", not any(
        "automated" in application(case, name)["spec"].get("syncPolicy", {}) for name in old))
    until(60, "tracking to move", lambda: {owner(case, *at) for at in (("one", "front"), ("two", "batch"))} <= new_ones)
    case.check("what runs is tracked by the new ones", True, ", ".join(sorted(new_ones)))
    case.check("nothing was deleted", not deleted(case, mark, case.recorder.names()))
    unharmed(case, before, "step 1 deleted no workload and made none anew")


def new(case, platform, before):
    """Step 2: `names = new`."""
    case.change(
        platform, "step 2: new names",
        (STEP.format(old="front", new="web", names="both"), STEP.format(old="front", new="web", names="new")),
        (STEP.format(old="batch", new="job", names="both"), STEP.format(old="batch", new="job", names="new")))
    case.vanish({f"{name}.{cluster}" for name in ("front", "batch") for cluster in CLUSTERS}, 200,
                "step 2: the old Applications go")
    case.converge(platform.everything(), 300, "and all that is left is Synced and Healthy")
    unharmed(case, before, "step 2 deleted no workload and made none anew")


def let_go(case, platform, before):
    """`removed` with `workloads = keep`, first beside the service, then instead of it."""
    removed = "removed service web { workloads = keep }\n\n"
    moved = STEP.format(old="front", new="web", names="new")
    case.change(platform, "web will go and leave its workload", (moved, removed + moved))
    gone = {f"web.{cluster}" for cluster in CLUSTERS}
    until(120, "the finalizers to go", lambda: not any(finalizers(case, name) for name in gone))
    case.check("`removed` with `keep`: first its Applications lose their finalizer", gone <= case.recorder.names())
    text = (platform.folder / "platform.pf").read_text()
    start = text.index(moved)
    end = text.index("\n}\n", text.index("service web {")) + 3
    case.change(platform, "web goes", (text[start:end], ""))
    case.vanish(gone, 200, "then, with the service, the Applications go")
    case.converge(platform.everything(), 200, "what is left of the platform is Synced and Healthy")
    unharmed(case, before, "the workload stayed, and so did every other")


# ---- what there is ----

def workloads(case):
    """The uid of every Deployment, by its cluster and name."""
    found = {}
    for cluster in CLUSTERS:
        for item in case.plane.api(cluster).get("/apis/apps/v1/deployments")["items"]:
            found[cluster, item["metadata"]["name"]] = item["metadata"]["uid"]
    return found


def unharmed(case, before, what):
    now = workloads(case)
    other = [f"{name} on {cluster}" for cluster, name in sorted(before.keys() | now.keys())
             if before.get((cluster, name)) != now.get((cluster, name))]
    case.check(what, not other, ", ".join(other) or f"{len(before)} Deployments")


def application(case, name):
    return case.plane.hub.get(f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{name}")


def finalizers(case, name):
    return application(case, name)["metadata"].get("finalizers")


def labelled(case, wanted):
    """Waits until Argo CD has Applications as they are written now: their spec may be the same as before."""
    def missing():
        found = {name: application(case, name)["metadata"]["labels"]["platformc.io/service"] for name in wanted}
        return [name for name, service in wanted.items() if found[name] != service]
    until(200, "the labels to change", lambda: not missing())


def owner(case, cluster, name):
    """The Application that a Deployment is tracked by."""
    items = case.plane.api(cluster).get("/apis/apps/v1/deployments")["items"]
    found = next(item for item in items if item["metadata"]["name"] == name)
    return found["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"].split(":")[0]


def deleted(case, mark, names):
    """Applications that were asked to go since a mark, or went."""
    return {name for name in names if case.recorder.first(name, lambda event: event.deleting or event.gone, mark)}
