"""An example as somebody has it who uses it: a Git repository with the output beside the platform."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
FORGES = ("github", "gitlab", "gitea", "bitbucket", "bitbucketServer", "azuredevops")


class Broken(Exception):
    """Something without which nothing can be checked."""


def examples() -> list[str]:
    return sorted(folder.parent.name for folder in (ROOT / "examples").glob("*/expected"))


def documents(path: Path) -> list:
    return list(yaml.load_all(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def expand(platformc: list[str], example: str) -> list[dict]:
    """All Applications of a platform, whichever way they are delivered, and a preview of each service that has some."""
    command = [*platformc, "expand", "--format", "json", "--file", str(ROOT / "examples" / example / "platform.pf")]

    def run(*more: str) -> list[dict]:
        return json.loads(subprocess.run([*command, *more], cwd=ROOT, check=True, capture_output=True, text=True).stdout)

    with tempfile.NamedTemporaryFile("w", suffix=".json") as pulls:
        json.dump(pulls_for(ROOT / "examples" / example / "expected"), pulls)
        pulls.flush()
        return run() + run("--pulls", pulls.name)


def pulls_for(tree: Path) -> dict[str, list[dict]]:
    """A pull request for each ApplicationSet that makes previews."""
    found = {}
    for path in tree.glob("application-sets/**/previews/*.yaml"):
        generator = documents(path)[0]["spec"]["generators"][0]["pullRequest"]
        forge = next(of for name, of in generator.items() if name in FORGES)
        repository = "/".join(forge[part] for part in ("organization", "owner", "project", "repo") if part in forge)
        pull = {"number": 7, "branch": "main", "headSHA": "0" * 40, "labels": forge.get("labels", [])}
        found[repository] = [pull]
    return found


class Repository:
    """A copy of an example, with its golden tree where Argo CD is told to look for it."""

    def __init__(self, example: str, source: Path, folder: Path, applications: list[dict]):
        self.example = example
        self.folder = folder
        shutil.copytree(source, folder, dirs_exist_ok=True)
        roots = [documents(path)[0]["spec"]["source"] for path in folder.glob("expected/_main_apps/**/root.yaml")]
        if not roots:
            raise Broken(f"{example}: no root Application in its golden tree")
        self.output = folder / roots[0]["path"].split("/_main_apps")[0]
        self.output.parent.mkdir(parents=True, exist_ok=True)
        (folder / "expected").rename(self.output)
        self.hubs = self._hubs()
        self.values = {folder / file.removeprefix("$values").lstrip("/") for one in applications for file in values_of(one)}
        self._add_what_sets_make(applications)
        self._commit(roots[0]["repoURL"], roots[0]["targetRevision"].removeprefix("refs/heads/"))

    def yaml_files(self) -> list[Path]:
        """Every file with objects; those with Helm values, which Applications name, have none."""
        return sorted(path for path in self.output.rglob("*.yaml") if path not in self.values)

    def name(self, path: Path | str) -> str:
        """How a finding names a file: the example, then the path in its repository."""
        return f"{self.example}/{self.folder.joinpath(path).relative_to(self.folder)}"

    def _hubs(self) -> dict[str, str]:
        """The namespace of each control plane, and the version of Argo CD there, as the platform's files say."""
        hubs = {}
        for path in self.folder.rglob("*.pf"):
            for block in re.findall(r"^hub [\w-]+ \{(.*?)^\}", path.read_text(), re.M | re.S):
                said = dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', block))
                hubs[said.get("namespace", "argocd")] = said["argocd"]
        if not hubs:
            raise Broken(f"{self.example}: no hub found in its files")
        return hubs

    def _add_what_sets_make(self, applications: list[dict]) -> None:
        """Lays the Applications that ApplicationSets make beside the output, for a linter that expands none itself."""
        written = {key(document) for path in self.yaml_files() for document in documents(path)}
        (self.folder / "expanded").mkdir()
        for application in applications:
            if key(application) not in written:
                _, namespace, name = key(application)
                path = self.folder / "expanded" / f"{namespace}.{name}.yaml"
                path.write_text(yaml.safe_dump(application, sort_keys=False))

    def _commit(self, url: str, branch: str) -> None:
        self.git("init", "--quiet", f"--initial-branch={branch}")
        self.git("remote", "add", "origin", url)  # only its name counts; nobody calls it
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--message=the example")
        # Where environments have branches; what a branch leaves out, nothing that follows it reads.
        for paths in self.output.glob("promotion/**/*.paths"):
            self.git("branch", f"environment/{paths.stem}")

    def git(self, *arguments: str) -> None:
        nobody = {f"GIT_{who}_{what}": "linters" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {**os.environ, **nobody, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, env=environment)


def values_of(application: dict) -> list[str]:
    """The files that an Application's charts take values from."""
    spec = application["spec"]
    sources = spec.get("sources") or [spec["source"]]
    return [file for source in sources for file in source.get("helm", {}).get("valueFiles", [])]


def key(document: dict) -> tuple:
    metadata = document.get("metadata", {})
    return document["kind"], metadata.get("namespace"), metadata.get("name")
