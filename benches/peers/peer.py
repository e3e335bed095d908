"""A tool of the comparison: what its peer.json says, and how it is run.

In commands stand {here} (the tool's folder), {bench} (this one), {tools} (what `install` got), {floor}, {platformc},
{in} (the folder of platform.json), {work} (what the tool's prepare step makes), {out} and {mode}.
"""
import json
import os
import shlex
import shutil
import subprocess
from glob import glob

BENCH = os.path.dirname(os.path.abspath(__file__))
FIELDS = {
    "tool": "the program, or venv:MODULE or node:PACKAGE",
    "version": "a command that prints it",
    "note": "what it does, for people",
    "what": "the kinds of runs that it takes part in; without it all",
    "prepare": "translates the description; not timed",
    "env": "environment variables",
    "cwd": "where the commands run; without it {work}",
    "out": "where it writes, if it insists on a place of its own",
    "stdout": "the file of {out} that its output goes to",
    "start": "starts the process and does nothing",
    "expanded": "writes Applications",
    "appset": "writes ApplicationSets",
    "again": "what a run into a tree that is there does instead",
    "cache": "what it keeps between runs; a cold build has none",
    "forgets": "whether that goes before every run",
    "compared": "the folders of {out} that hold the documents, by mode; without it all",
}


class Peer:
    def __init__(self, name, places):
        self.name = name
        self.here = os.path.join(BENCH, "tools", name)
        with open(os.path.join(self.here, "peer.json")) as file:
            self.spec = json.load(file)
        unknown = set(self.spec) - set(FIELDS)
        if unknown:
            raise SystemExit("%s/peer.json: %s is not known" % (name, ", ".join(sorted(unknown))))
        self.places = dict(places, here=self.here, bench=BENCH)
        self.places["work"] = os.path.join(places["root"], "work", name + "-" + places["mode"])
        self.places["out"] = os.path.join(places["root"], "out", name + "-" + places["mode"])
        self.places["out"] = self.fill(self.spec.get("out", "{out}"))

    def fill(self, text):
        for key, value in self.places.items():
            text = text.replace("{%s}" % key, value)
        return text

    def path(self, key):
        return self.fill(self.spec[key])

    def takes_part(self, what, command):
        return what in self.spec.get("what", [what]) and command in self.spec

    def again(self, command):
        """What is run where the tree is there already."""
        return "again" if "again" in self.spec else command

    def is_installed(self):
        kind, _, name = self.path("tool").rpartition(":")
        if kind == "venv":
            python = self.places["tools"] + "/venv/bin/python"
            return os.path.exists(python) and self.call(shlex.join([python, "-c", "import " + name])).returncode == 0
        if kind == "node":
            return os.path.isdir(os.path.join(self.places["tools"], "node/node_modules", name))
        return shutil.which(name, path=self.environ()["PATH"]) is not None

    def environ(self):
        added = {key: self.fill(value) for key, value in self.spec.get("env", {}).items()}
        path = self.places["tools"] + "/bin:" + os.environ["PATH"]
        return dict(os.environ, PATH=path, **added)

    def call(self, command):
        return subprocess.run(shlex.split(command), env=self.environ(), capture_output=True, text=True)

    def version(self):
        return self.call(self.path("version")).stdout.strip().split("\n")[0]

    def prepare(self):
        """Why it could not be prepared, if so."""
        os.makedirs(self.places["work"], exist_ok=True)
        if "prepare" not in self.spec:
            return None
        done = self.call(self.path("prepare"))
        return "prepare failed: " + done.stderr.strip()[-300:] if done.returncode else None

    def clear(self):
        """Takes away what earlier runs wrote."""
        shutil.rmtree(self.places["out"], ignore_errors=True)
        self.forget()

    def forget(self):
        if "cache" in self.spec:
            shutil.rmtree(self.path("cache"), ignore_errors=True)

    def run(self, key, limits):
        """What one run costs."""
        os.makedirs(self.places["out"], exist_ok=True)
        if self.spec.get("forgets"):
            self.forget()
        stdout = os.path.join(self.places["out"], self.spec.get("stdout", ""))
        stdout = stdout if "stdout" in self.spec and key != "start" else "/dev/null"
        result = os.path.join(self.places["work"], "cost.json")
        where = self.fill(self.spec.get("cwd", "{work}"))
        timer = [self.places["floor"], "time", result, str(limits["seconds"]), str(limits["mib"]), stdout, where]
        called = subprocess.run(timer + shlex.split(self.path(key)), env=self.environ(), capture_output=True, text=True)
        if called.returncode == 2:
            return {"status": 127, "error": called.stderr.strip()}
        with open(result) as file:
            cost = json.load(file)
        with open(result + ".err", errors="replace") as file:
            cost["error"] = cost["cut"] or first_line(file.read())
        return cost

    def verify(self, reference):
        """Whether its output means what the reference means, and in words."""
        folders = [self.places["out"]]
        if "compared" in self.spec:
            patterns = self.spec["compared"][self.places["mode"]]
            folders = [found for pattern in patterns for found in glob(os.path.join(self.places["out"], pattern))]
        command = [self.places["floor"], "verify", reference] + (folders or [self.places["out"]])
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode == 0, (done.stdout + done.stderr).strip()


def first_line(text):
    return text.strip().split("\n")[0][:200]


def names():
    """All tools that have a folder here."""
    return sorted(os.listdir(os.path.join(BENCH, "tools")))
