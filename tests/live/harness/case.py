"""What a case works with: a platform, a plane, and a record of what was seen."""
import datetime
import json
import re
import shutil
import time

import yaml

from . import charts, order, settings
from .plane import Plane, Waited, until
from .platform import Platform
from .recorder import Recorder


class Failed(Exception):
    """The case can't go on."""


class Case:
    def __init__(self, name, title, compiler):
        self.name, self.title, self.compiler = name, title, compiler
        self.checks, self.figures, self.notes, self.tables = [], [], [], []
        self.plane = self.recorder = None
        self.started = time.time()
        shutil.rmtree(settings.RUN / name, ignore_errors=True)

    # ---- what is seen ----

    def check(self, text, holds, detail=""):
        """One thing that must be so. The case goes on; in the end it has failed if one is not."""
        self.checks.append({"text": text, "holds": bool(holds), "detail": str(detail)})
        print(f"  {'holds ' if holds else 'BROKEN'} {text}{': ' + str(detail) if detail else ''}", flush=True)
        return bool(holds)

    def figure(self, what, value):
        self.figures.append([what, str(value)])
        print(f"         {what}: {value}", flush=True)

    def note(self, text):
        self.notes.append(text)
        print(f"         {text}", flush=True)

    def say(self, text):
        print(f"  {time.time() - self.started:6.0f} s  {text}", flush=True)

    def ordered(self, text, result):
        """A check over edges, from harness/order.py."""
        count, margin, findings = result
        detail = f"{count} edges" + (f", the closest {margin} s apart" if margin is not None else "")
        if findings:
            detail = f"{len(findings)} of {count} edges broken"
        self.check(text, not findings and count, detail)
        for finding in findings[:20]:
            self.note(f"Broken: {finding}")

    # ---- bringing up ----

    def platform(self, source):
        return Platform(self.compiler, source, settings.RUN / self.name / "work")

    def up(self, platform, stand_ins=None, more_charts=(), more_hosts=(), **options):
        """Compiles a platform and starts a plane for it: its clusters, its names, its repositories."""
        platform.build()
        hosts = platform.hosts() | {charts.urlsplit(url).hostname for url, _, _ in more_charts} | set(more_hosts)
        self.plane = Plane(self.name, platform.clusters(), hosts, **options)
        self.say(f"starting the plane: {len(platform.clusters())} clusters, {len(platform.applications)} services on them")
        self.plane.up()
        table = yaml.safe_load((settings.LIVE / "stand-ins" / stand_ins).read_text()) if stand_ins else {}
        served = charts.publish(self.plane.www, platform, table, more_charts)
        if served:
            self.note(f"Stand-in charts: {', '.join(served)}.")
        platform.publish(self.plane.www)
        self.recorder = Recorder(self.plane)
        until(30, "the recorder", lambda: self.recorder.lists)
        self.say("the plane runs")

    def postpone_freezes(self, platform, file="platform.pf"):
        """A case that waits for syncs can't run in a freeze, whatever day it is: they begin three days from now."""
        day = (datetime.datetime.now(datetime.UTC).isoweekday() + 3) % 7
        text = (platform.folder / file).read_text()
        moved, count = re.subn(r'(freeze \w+ \{ schedule = "\S+ \S+ \S+ \S+ )\d"', rf'\g<1>{day}"', text)
        if not count:
            raise Failed(f"{file} has no weekly freeze to move")
        (platform.folder / file).write_text(moved)
        self.note(f"Changed in the platform's sources: a weekly freeze begins three days after this run, so that it is there "
                  f"and does not hold ({count} moved).")

    def down(self):
        if self.recorder:
            self.recorder.ended = True
        self.plane.down()

    def bootstrap(self, platform, namespaces=None):
        """README.md, "Bring it up", word for word: one kubectl apply, one restart, and the credentials."""
        readme = (settings.PROJECT / "README.md").read_text()
        command = re.search(r"^kubectl (apply .*-k) infra$", readme, re.M)
        if not command:
            raise Failed("README.md no longer has its bootstrap command")
        mark = self.recorder.mark()
        self.recorder.applied = self.recorder.now()
        said = self.plane.kubectl(*command[1].split(), str(platform.output))
        self.say(f"kubectl {command[1]} infra: {len(said.splitlines())} objects")
        self.plane.restart("application-controller")
        for cluster in platform.clusters():
            self.credential(cluster, (namespaces or {}).get(cluster))
        return mark

    def credential(self, cluster, namespaces=None):
        """The key `config` of a registration, as an administrator or an external secret would set it."""
        config = {"bearerToken": self.plane.token, "tlsClientConfig": {"caData": self.plane.ca()}}
        data = {"config": json.dumps(config)}
        if namespaces:
            data |= {"namespaces": namespaces, "clusterResources": "true"}
        self.plane.hub.patch(f"/api/v1/namespaces/argocd/secrets/cluster-{cluster}", {"stringData": data})

    def converge(self, names, seconds, what="everything is Synced and Healthy"):
        """Waits until Applications are fine; says which are not if they never are."""
        shown = 0

        def found():
            nonlocal shown
            missing = self.recorder.not_fine(names)
            if time.time() - shown > 20:
                shown = time.time()
                self.say(f"{len(names) - len(missing)} of {len(names)} fine")
            return not missing

        try:
            until(seconds, what, found)
        except Waited:
            missing = self.recorder.not_fine(names)
            for name in missing[:15]:
                last = self.recorder.last(name)
                self.note(f"Not there: `{name}`" + (
                    f", {last.sync} {last.health}, {last.phase} {last.message[:300]}" if last else ", which never appeared"))
            return self.check(what, False, f"{len(missing)} of {len(names)} are not, after {seconds} s")
        return self.check(what, True, f"{len(names)} Applications")

    # ---- changing ----

    def change(self, platform, message, *edits):
        """Edits platform.pf, compiles and pushes; returns the Applications of which the spec is another now."""
        old = platform.applications
        for before, after in edits:
            platform.edit("platform.pf", before, after)
        platform.build()
        self.before = {name: event.spec for name in self.recorder.names() if (event := self.recorder.last(name))}
        platform.push(message)
        self.say(f"pushed: {message}")
        return {name for name, app in platform.applications.items() if name in old and app["spec"] != old[name]["spec"]}

    def new_since(self, name, mark):
        """Whether an event has another spec than the Application had at a mark."""
        old = [event.spec for event in self.recorder.since(name) if event.seq <= mark]
        return lambda event: not old or event.spec != old[-1]

    def arrive(self, names, mark, seconds, what):
        """Waits until Applications are fine with another spec than they had at a mark."""
        tests = {name: self.new_since(name, mark) for name in names}

        def missing():
            return sorted(name for name, new in tests.items()
                          if not self.recorder.first(name, lambda event, new=new: new(event) and event.fine, mark))

        try:
            until(seconds, what, lambda: not missing())
        except Waited:
            for name in missing()[:15]:
                last = self.recorder.last(name)
                self.note(f"Not there: `{name}`, {last.sync} {last.health}, {last.phase} {last.message[:300]}")
            return self.check(what, False, f"{len(missing())} of {len(names)} are not, after {seconds} s")
        return self.check(what, True, f"{len(names)} Applications")

    def vanish(self, names, seconds, what):
        """Waits until Applications are gone."""
        there = lambda: sorted(names & self.recorder.names())  # noqa: E731
        try:
            until(seconds, what, lambda: not there())
        except Waited:
            for name in there()[:15]:
                last = self.recorder.last(name)
                self.note(f"Still there: `{name}`, {last.sync} {last.health}, {'deleting' if last.deleting else 'not deleted'}")
            return self.check(what, False, f"{len(there())} of {len(names)} are still there after {seconds} s")
        return self.check(what, True, f"{len(names)} Applications")

    def usage(self):
        """What each process took, as a table of the page."""
        rows = [[name, peak, cpu] for name, (peak, cpu) in self.plane.processes.usage().items()]
        rows.append(["all", sum(row[1] for row in rows), sum(row[2] for row in rows)])
        self.tables.append([["process", "peak memory, MiB", "CPU, s"], *rows])

    def record(self):
        return {"case": self.name, "title": self.title, "checks": self.checks, "figures": self.figures,
                "notes": self.notes, "tables": self.tables, "seconds": round(time.time() - self.started),
                "holds": bool(self.checks) and all(check["holds"] for check in self.checks)}
