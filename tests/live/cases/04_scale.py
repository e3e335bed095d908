"""A hundred clusters with twenty services each converge.

A platform of three layers that the case writes: 2 base services and 12 addons as Applications, 6 services as
ApplicationSets. The clusters are a hundred names of one API server: each has one namespace of its own, and its
registration says so, as it would on clusters that are shared. LIVE_SCALE=10x20 makes it smaller.
"""
import os
import pathlib

from harness import order, settings
from harness.plane import Waited, until

PLATFORM = """## Many clusters.
platform fleet {
  repo   = "https://git.example.com/live/fleet.git"
  admins = [platform]
}

## The hub. The time-out is longer than all of it takes on a small machine: what is given up is not begun again.
hub main {
  argocd       = "3.5"
  sync_timeout = "6h"
}

## Owns it all.
team platform { sso = ["live:platform"] }

## The one environment.
environment dev {}

for row in yaml("clusters.yaml") {
  ## One of many.
  cluster "${row.name}" { env = dev  region = "eu"  server = row.server }
}

## What everything stands on.
layer base {}

## What services use.
layer addons { after = [base] }

## What people use.
layer services { after = [addons]  deliver = applicationset }
"""

SERVICE = """
## Number {n}.
service {name} {{
  layer     = {layer}
  owner     = platform
  namespace = "${{cluster}}"{needs}
  manifests {{ path = "workloads/{name}" }}
}}
"""

WORKLOAD = """apiVersion: v1
kind: ConfigMap
metadata: {{ name: {name} }}
data: {{ level: "1" }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: {name} }}
spec:
  selector: {{ matchLabels: {{ app: {name} }} }}
  template:
    metadata: {{ labels: {{ app: {name} }} }}
    spec: {{ containers: [{{ name: main, image: "stand-in.example.com/{name}:1" }}] }}
"""


def write(folder, clusters, services):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    text = PLATFORM
    for n in range(services):
        name = f"s{n + 1:02}"
        layer = "base" if n < services * 0.1 else "addons" if n < services * 0.7 else "services"
        needs = f"\n  needs     = [s{n:02}]" if n % 2 else ""
        text += SERVICE.format(n=n + 1, name=name, layer=layer, needs=needs)
        (folder / f"workloads/{name}").mkdir(parents=True)
        (folder / f"workloads/{name}/all.yaml").write_text(WORKLOAD.format(name=name))
    (folder / "platform.pf").write_text(text)
    rows = [f"- {{ name: c{n:03}, server: 'https://c{n:03}.k8s.example.com' }}\n" for n in range(1, clusters + 1)]
    (folder / "clusters.yaml").write_text("".join(rows))


def run(case):
    clusters, services = map(int, os.environ.get("LIVE_SCALE", "100x20").split("x"))
    source = settings.RUN / case.name / "source"
    write(source, clusters, services)
    platform = case.platform(source)
    # A period in which Argo CD can get through them all once.
    case.up(platform, shared=True, resync=f"{max(30, clusters * services // 5)}s")
    names = platform.everything()
    if (clusters, services) != (100, 20):
        case.check("it was a hundred clusters with twenty services", False, f"{clusters} × {services}")
    case.figure("clusters × services", f"{clusters} × {services}, {len(names)} Applications with roots and layers")
    case.bootstrap(platform, namespaces={name: name for name in platform.clusters()})
    seconds = 300 + clusters * services * 2
    if case.converge(names, seconds, "all is Synced and Healthy"):
        at = sorted(case.recorder.first(name, lambda event: event.fine).time - case.recorder.applied for name in names)
        for share in (0.25, 0.5, 0.75, 1):
            case.figure(f"{share:.0%} Synced and Healthy", f"{at[int(len(at) * share) - 1]:.0f} s after `kubectl apply`")
        claims = platform.claims()
        case.ordered("in order on each cluster, as far as it is ordered", order.installed(case.recorder, claims))
        update(case, platform, clusters, services)
    case.usage()


def update(case, platform, clusters, services):
    """One service changes on every cluster, by a commit to what it reads."""
    name = f"s{services:02}"
    platform.edit(f"workloads/{name}/all.yaml", f"/{name}:1", f"/{name}:2")
    updated = {f"{name}.{cluster}" for cluster in platform.clusters()}
    starts = {app: case.recorder.last(app).started for app in updated}
    mark, pushed = case.recorder.mark(), case.recorder.now()
    case.change(platform, f"a new image of {name}")

    def arrived(app):
        return case.recorder.first(app, lambda event: event.fine and event.started != starts[app], mark)

    try:
        until(300 + clusters * services, "the update", lambda: all(map(arrived, updated)), 1)
        last = max(arrived(app).time for app in updated)
        case.check("one service changes on all clusters", True, f"{last - pushed:.0f} s after the push, polled")
    except Waited as error:
        case.check("one service changes on all clusters", False, error)
