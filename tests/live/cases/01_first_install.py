"""One command brings a whole platform up, each cluster in order.

examples/devowlish as it is, but for the day on which its freeze begins: five clusters with an API server each, its own Git
and chart repositories under their own names.
"""
from harness import order, settings


def run(case):
    platform = case.platform(settings.PROJECT / "examples/devowlish")
    case.postpone_freezes(platform)
    case.up(platform, stand_ins="devowlish.yaml")
    case.bootstrap(platform)
    names = platform.everything()
    if case.converge(names, 600, "one `kubectl apply -k` brings everything up: all is Synced and Healthy"):
        last = max(case.recorder.first(name, lambda event: event.fine).time for name in names)
        case.figure("from `kubectl apply` until all was Synced and Healthy once", f"{last - case.recorder.applied:.0f} s")
    claims = platform.claims()
    case.ordered("what `explain order` calls ordered came in that order, on each cluster",
                 order.installed(case.recorder, claims))
    foundations = [(f"foundation.{app['metadata']['labels']['platformc.io/cluster']}", name, "ordered", "foundation")
                   for name, app in platform.applications.items() if name in {after for _, after, word, _ in claims if word == "ordered"}]
    case.ordered("no ordered service came before the foundation of its cluster",
                 order.installed(case.recorder, foundations))
    converging = {after for _, after, word, _ in claims if word == "converges"}
    case.check("what only converges got there as well", not case.recorder.not_fine(converging),
               f"{len(converging)} Applications")
    timetable(case, platform)


def timetable(case, platform):
    """When each service of one cluster came, for readers of the page."""
    rows = []
    for name, app in platform.applications.items():
        if app["metadata"]["labels"]["platformc.io/cluster"] == "prod-eu-1":
            events = case.recorder
            born, fine = events.first(name, lambda event: True), events.first(name, lambda event: event.fine)
            begun = events.first(name, order.is_begun)
            when = lambda event: f"{event.time - case.recorder.applied:.1f}" if event else "never"  # noqa: E731
            rows.append([app["metadata"]["labels"]["platformc.io/layer"], name, when(born), when(begun), when(fine)])
    rows.sort(key=lambda row: float(row[2]) if row[2] != "never" else 1e9)
    case.tables.append([["layer", "Application", "created, s", "first sync, s", "Synced and Healthy, s"], *rows])
