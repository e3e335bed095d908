"""A rollout takes dev, then stage, then prod, and stops where something is broken.

The platform `rings`: three clusters, and two services of one chart. `shop` has a rollout, `till` has none. First a commit that changes
nothing but the chart, then one that changes a value, then one that breaks the chart, and one that mends it. Of each, dev hears first. Then
commits of which all hear at once, and last, somebody changes something by hand.
"""
import json

from harness import settings
from harness.plane import Waited, until

STEPS = ["shop.dev", "shop.stage", "shop.prod"]
OTHERS = ["till.dev", "till.stage", "till.prod"]
CHART = "charts/workload/templates/deployment.yaml"
IMAGE = "stand-in.example.com/workload:{{ .Values.level }}"
READY = "{{ .Values.ready | quote }}"
FLAG = "applicationsetcontroller.enable.progressive.syncs"


def run(case):
    platform = case.platform(settings.LIVE / "platforms/rings")
    case.up(platform, resync="1h")  # who hears of a commit, and when, is for the case to say
    case.bootstrap(platform)
    if not case.converge(platform.everything(), 400):
        return
    held = case.plane.hub.get("/api/v1/namespaces/argocd/configmaps/argocd-cmd-params-cm") or {}
    case.check("the settings tell the controller to take steps", (held.get("data") or {}).get(FLAG) == "true")
    case.plane.restart("applicationset-controller")
    until(120, "the controller to know the steps", lambda: known_steps(case) == ["1", "2", "3"])
    case.note("The ApplicationSet controller was restarted once, as the README of the tree says; it got nothing but these settings.")

    rows = []
    rows += in_order(case, platform, "a commit that changes nothing but the chart", lambda: content(platform, (IMAGE, f"{IMAGE}-b")))
    rows += in_order(case, platform, "a commit that changes a value", lambda: value(platform, "level = 1 ", "level = 2 "))
    held_back(case, platform)
    rows += in_order(case, platform, "the commit that mends it", lambda: content(platform, (f"{IMAGE}-c", f"{IMAGE}-d"), ('"fail"', READY)))
    case.tables.append([["commit", "Application", "sync begins, s after the push", "Synced and Healthy, s"], *rows])
    at_once(case, platform)
    by_hand(case)


def content(platform, *edits):
    for old, new in edits:
        platform.edit(CHART, old, new)


def value(platform, old, new):
    platform.edit("platform.pf", old, new)


def commit(case, platform, change):
    """Pushes an edit; returns the commit, when, and what every Application had done until then."""
    change()
    platform.build()
    before = {name: case.recorder.last(name) for name in STEPS + OTHERS}
    mark = case.recorder.mark()
    return platform.push("a change"), case.recorder.now(), mark, before


def hear(case, names):
    """Lets Applications look at Git, as a webhook does."""
    case.plane.kubectl("-n", "argocd", "annotate", "application", "--overwrite", *names, "argocd.argoproj.io/refresh=normal")


def known_steps(case):
    found = json.loads(case.plane.kubectl("-n", "argocd", "get", "applicationset", "shop", "-o", "json"))
    statuses = {one["application"]: one for one in found.get("status", {}).get("applicationStatus", [])}
    return [statuses.get(name, {}).get("step") for name in STEPS]


def revision(case, name):
    """The commit that an Application was synced to last."""
    found = json.loads(case.plane.kubectl("-n", "argocd", "get", "application", name, "-o", "json"))
    return (found["status"].get("operationState", {}).get("syncResult") or {}).get("revision", "")


def begun(case, name, mark, before):
    """The event with which an Application began another sync."""
    return case.recorder.first(name, lambda event: event.started and event.started != before[name].started, mark)


def done(case, name, mark, before):
    """The event with which it was Synced and Healthy after that sync had begun."""
    first = begun(case, name, mark, before)
    return first and case.recorder.first(name, lambda event: event.seq >= first.seq and event.fine, mark)


def in_order(case, platform, title, change):
    """One commit: who begins when, and when it is well. Each step must begin after the one before is well."""
    sha, pushed, mark, before = commit(case, platform, change)
    case.say(f"pushed: {title}")
    hear(case, ["shop.dev", "root", "application-sets"])
    until(60, "dev to hear of it", lambda: begun(case, "shop.dev", mark, before))
    hear(case, STEPS[1:] + OTHERS)
    try:
        until(300, title, lambda: all(done(case, name, mark, before) for name in STEPS))
    except Waited:
        case.check(f"{title} reaches dev, stage and prod", False, ", ".join(
            f"{name}: {(last := case.recorder.last(name)).sync} {last.health}" for name in STEPS))
        return []
    until(60, "the last commit to be what was synced", lambda: all(revision(case, name) == sha for name in STEPS), 1)
    seen = [(begun(case, name, mark, before), done(case, name, mark, before)) for name in STEPS]
    gaps = [later[0].time - earlier[1].time for earlier, later in zip(seen, seen[1:])]
    ordered = all(later[0].seq > earlier[1].seq for earlier, later in zip(seen, seen[1:]))
    case.check(f"{title} reaches dev, then stage, then prod", ordered,
               f"a step begins {min(gaps):.1f} to {max(gaps):.1f} s after the one before is Synced and Healthy")
    if others := [event.time for name in OTHERS if (event := begun(case, name, mark, before))]:
        case.figure(f"{title}: without a rollout all three begin within", f"{max(others) - min(others):.1f} s")
    return [[title, name, f"{first.time - pushed:.1f}", f"{last.time - pushed:.1f}"]
            for name, (first, last) in zip(STEPS, seen)]


def held_back(case, platform):
    """A commit that makes dev Degraded: what comes later stays at the commit before, however long one waits."""
    old = revision(case, "shop.prod")
    sha, pushed, mark, before = commit(
        case, platform, lambda: content(platform, (f"{IMAGE}-b", f"{IMAGE}-c"), (READY, '"fail"')))
    case.say("pushed: a commit that fails")
    hear(case, ["shop.dev"])
    until(60, "dev to hear of it", lambda: begun(case, "shop.dev", mark, before))
    hear(case, STEPS[1:] + OTHERS)
    until(180, "dev to be Degraded", lambda: case.recorder.last("shop.dev").health == "Degraded" and revision(case, "shop.dev") == sha)
    late = case.recorder.now() + 60
    until(120, "a minute more", lambda: case.recorder.now() > late)
    for name in STEPS[1:]:
        last = case.recorder.last(name)
        held = not begun(case, name, mark, before) and revision(case, name) == old and last.health == "Healthy"
        case.check(f"while dev is Degraded, {name} stays at the commit before", held, f"{last.sync} {last.health}, a minute later")
    broken = [name for name in OTHERS if case.recorder.last(name).health == "Degraded"]
    case.check("without a rollout, the same commit breaks dev, stage and prod", len(broken) == 3, ", ".join(broken))


ROUNDS = 6


def at_once(case, platform):
    """Commits of which everything hears at once. What looks first may go first, and it is not for Argo CD's settings to say what does."""
    kept = 0
    for number in range(ROUNDS):
        last = f"{IMAGE}-{'d' if number == 0 else number}"
        _, _, mark, before = commit(case, platform, lambda: content(platform, (last, f"{IMAGE}-{number + 1}")))
        hear(case, STEPS)
        until(180, "the commit to reach all", lambda: all(done(case, name, mark, before) for name in STEPS))
        seen = [(begun(case, name, mark, before), done(case, name, mark, before)) for name in STEPS]
        kept += all(later[0].seq > earlier[1].seq for earlier, later in zip(seen, seen[1:]))
    case.figure("commits that all heard of at once, and that went in order all the same", f"{kept} of {ROUNDS}")
    case.note("Argo CD asks whether a step is done by what it knows at that moment: an Application that has not looked at Git yet counts as done, and one "
              "that has looked goes ahead (issues 12325 and 29410, open as of 3.6). docs/guides/rollouts.md says how to let the first step hear first.")


def by_hand(case):
    """What somebody changes by hand stays, which is what a rollout costs."""
    case.plane.kubectl("-n", "shop", "scale", "deployment", "shop", "--replicas=2", context="dev")
    case.plane.kubectl("-n", "till", "scale", "deployment", "till", "--replicas=2", context="dev")
    until(60, "the drift to be seen", lambda: case.recorder.last("shop.dev").sync == "OutOfSync")
    replicas = lambda name: case.plane.kubectl(  # noqa: E731
        "-n", name, "get", "deployment", name, "-o", "jsonpath={.spec.replicas}", context="dev")
    late = case.recorder.now() + 40
    until(80, "forty seconds more", lambda: case.recorder.now() > late)
    case.check("what is changed by hand stays, in a service that is rolled out", replicas("shop") == "2")
    case.check("without a rollout it is undone", replicas("till") == "1")
