"""With `order = always` one commit that changes everything flows through in order.

The small platform; the commit changes a value of every service.
"""
from harness import order, settings


def run(case):
    platform = case.platform(settings.LIVE / "platforms/small")
    platform.edit("platform.pf", "order  = bootstrap", "order  = always")
    case.up(platform)
    case.bootstrap(platform)
    if not case.converge(platform.everything(), 400):
        return
    case.ordered("a first install comes in order as well", order.installed(case.recorder, platform.claims()))

    mark = case.recorder.mark()
    changed = case.change(platform, "every service at once", (" level = 1 ", " level = 2 "), ("base_level = 1", "base_level = 2"))
    pushed = case.recorder.now()
    if not case.arrive(changed, mark, 600, "the commit reaches every service"):
        return
    case.ordered("and in the order that `explain order` calls ordered",
                 order.updated(case.recorder, platform.claims(), mark, changed))
    last = max(case.recorder.first(name, lambda event: event.fine and event.seq > mark and event.fresh, mark).time
               for name in changed)
    case.figure("from the push until every service was there", f"{last - pushed:.0f} s")
    rows = []
    for name in sorted(changed):
        new = case.new_since(name, mark)
        rows.append([name, *(f"{event.time - pushed:.1f}" if event else "" for event in (
            case.recorder.first(name, new, mark), case.recorder.first(name, lambda event: new(event) and event.fine, mark)))])
    rows.sort(key=lambda row: float(row[1] or 1e9))
    case.tables.append([["Application", "new spec, s after the push", "Synced and Healthy with it, s"], *rows])
