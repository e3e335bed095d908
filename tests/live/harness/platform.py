"""A platform under test: a copy of its sources in a repository of its own, compiled by platformc, pushed, and read back."""
import json
import re
import shutil
import subprocess
from urllib.parse import urlsplit

import yaml


class Platform:
    def __init__(self, compiler, source, folder):
        """Copies `source` to `folder`. Golden output and earlier builds are not part of a platform."""
        self.compiler, self.folder = compiler, folder
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("expected", "infra", ".platformc"))

    # ---- sources ----

    def edit(self, path, old, new):
        """An edit as a user makes it: one piece of text for another. Missing text is a mistake of the case."""
        file = self.folder / path
        text = file.read_text()
        if text.count(old) != 1:
            raise ValueError(f"{path} holds {old!r} {text.count(old)} times")
        file.write_text(text.replace(old, new))

    # ---- the compiler ----

    def platformc(self, *words, codes=(0,)):
        done = subprocess.run([self.compiler, *words], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode not in codes:
            raise RuntimeError(f"platformc {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def build(self):
        self.platformc("build")
        self.applications = {app["metadata"]["name"]: app for app in json.loads(self.platformc("expand", "--format", "json"))}
        return self

    @property
    def output(self):
        return self.folder / "infra"

    def instances(self):
        """Application names by the names that `explain` takes."""
        found = {}
        for name, app in self.applications.items():
            labels = app["metadata"]["labels"]
            item = "." + labels["platformc.io/item"] if "platformc.io/item" in labels else ""
            found[f"{labels['platformc.io/service']}{item}@{labels['platformc.io/cluster']}"] = name
        return found

    def claims(self):
        """What platformc says about order: (before, after, `ordered` or `converges`, its words), as Application names."""
        names = self.instances()
        claims = []
        for instance, name in names.items():
            for line in self.platformc("explain", "order", instance).splitlines():
                edge = re.match(r"  after (\S+)  \[(\w+)\] (.*)", line)
                if edge and edge[1] in names:
                    claims.append((names[edge[1]], name, edge[2], edge[3]))
        return claims

    def clusters(self):
        """Name and server of every registration that was written."""
        found = {}
        for file in sorted(self.output.glob("argocd/clusters/*.yaml")):
            data = yaml.safe_load(file.read_text())["stringData"]
            found[data["name"]] = data["server"]
        return found

    def everything(self):
        """Every Application that the output is to become, roots and layers too."""
        found = set(self.applications)
        for file in self.output.rglob("*.yaml"):
            for document in yaml.safe_load_all(file.read_text()):
                if document and document.get("kind") == "Application" and file.name != "application.yaml":
                    found.add(document["metadata"]["name"])
        return found

    def sources(self):
        """Every source of every Application, leaf or root."""
        for app in self.applications.values():
            yield from app["spec"].get("sources") or [app["spec"]["source"]]

    def hosts(self):
        return {urlsplit(source["repoURL"]).hostname for source in self.sources()}

    # ---- Git ----

    def git(self, *words):
        command = ["git", "-c", "user.name=live", "-c", "user.email=live@localhost", "-c", "commit.gpgsign=false", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout.strip()

    def publish(self, www):
        """Makes the repository that the platform says it is in, and pushes to it."""
        roots = [app for app in map(yaml.safe_load, (file.read_text() for file in self.output.glob("_main_apps/root.yaml")))]
        url = urlsplit(roots[0]["spec"]["source"]["repoURL"])
        self.remote = www / url.hostname / url.path.lstrip("/")
        self.remote.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.remote], check=True)
        (self.folder / ".gitignore").write_text(".platformc/\n")
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", str(self.remote))
        return self.push("The platform")

    def push(self, message):
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        self.git("push", "-q", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")
