"""A broken base service holds back its own cluster at first, and no update later.

The small platform with `order = bootstrap`. First its `storage` never becomes ready on cluster `one`; once that is
mended and everything is up, two updates of it break it again, once so that it fails and once so that it hangs. Last, what becomes of a sync that waits for longer than the hub's
`sync_timeout`.
"""
from harness import order, settings
from harness.plane import until

BEHIND = ["registry.one", "certs.one", "ingress.one", "api.one", "front.one"]
SERVICES = ["certs", "ingress", "api", "front"]


def run(case):
    platform = case.platform(settings.LIVE / "platforms/small")
    case.up(platform)
    first_install(case, platform)
    case.level, case.base = 1, 1
    breaks(case, platform, "fails", '"fail"')
    breaks(case, platform, "hangs", '"never"')
    given_up(case, platform)


def first_install(case, platform):
    case.plane.break_workload("one", "storage", "storage")
    case.bootstrap(platform)
    others = {name for name in platform.everything() if name.endswith(".two")}
    case.converge(others, 400, "the other cluster comes up")
    late = case.recorder.now() + 30
    until(60, "half a minute more", lambda: case.recorder.now() > late)
    there = [name for name in BEHIND if case.recorder.last(name)]
    case.check("on its own cluster nothing behind it was even created", not there, ", ".join(there))
    case.check("what only converges went on there", not case.recorder.not_fine(["batch.one"]))
    mended = case.recorder.now()
    case.plane.break_workload("one", "storage", "storage", None)
    if case.converge(platform.everything(), 400, "once it is mended the rest comes"):
        case.figure("from mending until all was up", f"{case.recorder.now() - mended:.0f} s")
    case.ordered("in order", order.installed(case.recorder, platform.claims()))


def breaks(case, platform, how, word):
    """An update breaks storage; services are updated all the same; a repair is committed."""
    claim = f"storage {how} after an update"
    level, base, ready = case.level, case.base, '"4"'
    broken = case.change(platform, claim, (f"base_level = {base} ", f"base_level = {base + 1} "),
                         (f"base_ready = {ready}", f"base_ready = {word}"))
    wanted = "Degraded" if how == "fails" else "Progressing"
    until(120, f"storage to be {wanted}", lambda: all(
        (event := case.recorder.last(name)).health == wanted and event.spec != case.before[name] for name in broken))
    mark = case.recorder.mark()
    case.change(platform, "a change for all others", (f" level = {level} ", f" level = {level + 1} "))
    pushed = case.recorder.now()
    names = {f"{service}.{cluster}" for service in SERVICES for cluster in ("one", "two")}
    if case.arrive(names, mark, 180, f"{claim}: services and addons are updated all the same"):
        case.figure(f"{claim}: until services and addons were updated", f"{case.recorder.now() - pushed:.0f} s")
    held = [f"registry.{cluster}" for cluster in ("one", "two")
            if not case.recorder.first(f"registry.{cluster}", case.new_since(f"registry.{cluster}", mark), mark)]
    case.note(f"Meanwhile, in the layer of storage itself and behind it: registry "
              f"{'waited' if len(held) == 2 else 'was updated as well' if not held else 'was updated on one cluster'}.")
    still = [name for name in broken if case.recorder.last(name).fine]
    case.check(f"{claim}: it was broken all that time", not still, ", ".join(still))
    mark = case.recorder.mark()
    case.change(platform, "the repair", (f"base_level = {base + 1} ", f"base_level = {base + 2} "),
                (f"base_ready = {word}", f"base_ready = {ready}"))
    pushed = case.recorder.now()
    case.level, case.base = level + 1, base + 2
    # Twice the hub's time-out, and some.
    if case.arrive(broken, mark, 220, f"{claim}: its repair goes through"):
        case.figure(f"{claim}: from the push of the repair until it was well", f"{case.recorder.now() - pushed:.0f} s")
    if not case.converge(platform.everything(), 120, f"{claim}: then everything is Synced and Healthy again"):
        case.base += 1
        case.change(platform, "the repair once more", (f"base_level = {base + 2} ", f"base_level = {base + 3} "))
        case.converge(platform.everything(), 200, f"{claim}: it is when the repair is pushed once more")


def given_up(case, platform):
    """A sync that is given up after the time-out is begun again by the next commit to what it reads, and by nothing else."""
    level, base = case.level, case.base
    case.plane.break_workload("one", "storage", "storage")
    mark = case.recorder.mark()
    case.change(platform, "a change that storage of one does not survive", (f"base_level = {base} ", f"base_level = {base + 1} "),
                (f" level = {level} ", f" level = {level + 1} "))
    until(240, "the sync of base.one to be given up",
          lambda: case.recorder.first("base.one", lambda event: event.phase == "Failed", mark))
    case.plane.break_workload("one", "storage", "storage", None)
    until(60, "storage of one to be well", lambda: case.recorder.last("storage.one").fine)
    late = case.recorder.now() + 60
    until(120, "a minute more", lambda: case.recorder.now() > late)
    last = case.recorder.last("base.one")
    new = case.new_since("registry.one", mark)
    held = not case.recorder.first("registry.one", new, mark)
    case.check("a sync given up after the time-out is not begun again by itself, as docs/output.md says", held,
               f"a minute after all was well: {last.sync}, {last.phase}: {last.message}")
    mark = case.recorder.mark()
    case.change(platform, "another change", (f" level = {level + 1} ", f" level = {level + 2} "))
    case.arrive({"registry.one"}, mark, 200, "the next commit to its layer begins it again")
    case.converge(platform.everything(), 300, "and all is well")
