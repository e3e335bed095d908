"""The linters, each as a function from a repository to what it finds there."""

import contextlib
import functools
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import kubernetes_validate
import yaml
import yamllint.config
import yamllint.linter
from kubernetes_validate import utils as kubernetes_schemas
from pymarkdown.api import PyMarkdownApi

from repository import Broken, Repository, documents

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Finding:
    linter: str
    rule: str
    path: str
    message: str
    view: str = ""  # which part of the repository was looked at, where that changes what is found

    def __str__(self) -> str:
        view = f" (looking at one {self.view})" if self.view else ""
        return f"{self.path}: {self.linter} {self.rule}: {self.message}{view}"


# argocd-source-lint: Applications, their sources and their projects, in a repository -----------------------------------


def argocd_source_lint(repository: Repository) -> Iterator[Finding]:
    """Three times: the whole repository, then what one control plane reads, then what it brings to one cluster. The linter
    knows neither: it takes all Applications for those of one control plane of one version, and of one cluster."""
    yield from _argocd_source_lint(repository, "repository", {"scan_roots": [str(repository.output)]})
    objects = list(_argo_objects(repository))
    for namespace, version in repository.hubs.items():
        policy = {"argocd_version": version}
        read = [one for one in objects if one.namespace == namespace]
        with _only(repository, objects, read):
            yield from _argocd_source_lint(repository, "hub", policy)
        for server in sorted({one.server for one in read if one.server}):
            with _only(repository, objects, [one for one in read if one.server in (server, None)]):
                yield from _argocd_source_lint(repository, "cluster", policy)


def _argocd_source_lint(repository: Repository, view: str, policy: dict) -> Iterator[Finding]:
    (repository.folder / ".argocd-lint.yaml").write_text(yaml.safe_dump(policy))
    command = [Path(sys.executable).with_name("argocd-source-lint"), repository.folder, "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        raise Broken(f"argocd-source-lint over {repository.example}: {run.stdout}{run.stderr}")
    for found in json.loads(run.stdout)["findings"]:
        if "(external repo): out of scope" in found["message"]:
            continue  # it says of each rule that it does not look into a repository elsewhere
        yield Finding("argocd-source-lint", found["rule_id"], repository.name(found["file"]), found["message"], view)


@dataclass(frozen=True)
class _Object:
    path: Path
    namespace: str
    server: str | None  # where an Application brings what it deploys; nothing for other kinds


def _argo_objects(repository: Repository) -> Iterator[_Object]:
    for path in [*repository.yaml_files(), *sorted((repository.folder / "expanded").glob("*.yaml"))]:
        argo = [document for document in documents(path) if _is_argo_cds(document)]
        if len(argo) > 1:
            raise Broken(f"{repository.name(path)}: more than one object of Argo CD, so no part of it can be left out")
        for document in argo:
            server = document["spec"]["destination"]["server"] if document["kind"] == "Application" else None
            yield _Object(path, document["metadata"]["namespace"], server)


def _is_argo_cds(document: dict) -> bool:
    """Argo's other programs, such as its workflows, have kinds of the same group."""
    return document["apiVersion"].startswith("argoproj.io/") and document["kind"] in (
        "Application",
        "ApplicationSet",
        "AppProject",
    )


@contextlib.contextmanager
def _only(repository: Repository, objects: list[_Object], kept: list[_Object]) -> Iterator[None]:
    """The work tree without the other objects of Argo CD. The commit, where the linter looks for paths, still has them."""
    if not any(one.server for one in kept):
        raise Broken(f"{repository.example}: a view without Applications")
    for one in objects:
        if one not in kept:
            one.path.unlink()
    yield
    repository.git("checkout", "--quiet", "--", ".")


# kubernetes-validate: the schemas of Kubernetes' own kinds ---------------------------------------------------------------


def kubernetes_validate_(repository: Repository) -> Iterator[Finding]:
    """Strictly, so that a field that is not in the schema is a finding, by the oldest and the newest Kubernetes it knows."""
    for path in repository.yaml_files():
        for document in documents(path):
            yield from _by_schema(document, repository.name(path))
    for folder, text in _built(repository):
        for document in yaml.safe_load_all(text):
            yield from _by_schema(document, f"{repository.name(folder)} as built")


others = Counter()  # kinds that are not Kubernetes' own, and so not looked at here
CALLED_LIKE_ITS_OWN = ("kustomize.config.k8s.io", "snapshot.storage.k8s.io")


def _by_schema(document: dict, name: str) -> Iterator[Finding]:
    group = document["apiVersion"].rpartition("/")[0]
    if "." in group and (not group.endswith(".k8s.io") or group in CALLED_LIKE_ITS_OWN):
        others[f"{group} {document['kind']}"] += 1
        return
    for version in (kubernetes_schemas.all_versions()[0], kubernetes_schemas.all_versions()[-1]):
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except kubernetes_validate.SchemaNotFoundError as error:
            yield Finding("kubernetes-validate", "kind", name, error.message)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(part) for part in error.absolute_path)
            yield Finding("kubernetes-validate", "schema", name, f"Kubernetes {version}: {where}: {error.message}")


# The same files serve all objects, and one of them is large.
kubernetes_schemas.schema_contents = functools.lru_cache(maxsize=None)(kubernetes_schemas.schema_contents)


# kubectl kustomize: every folder that is one can be built ----------------------------------------------------------------


def kubectl_kustomize(repository: Repository) -> Iterator[Finding]:
    for path in repository.yaml_files():
        if path.name == "kustomization.yaml":
            run = _build(repository, path.parent, documents(path)[0]["kind"])
            if run.returncode != 0:
                yield Finding("kubectl kustomize", "build", repository.name(path), run.stderr.strip())


def has_kubectl() -> bool:
    return shutil.which("kubectl") is not None


def _built(repository: Repository) -> Iterator[tuple[Path, str]]:
    if not has_kubectl():
        return
    for path in repository.yaml_files():
        if path.name == "kustomization.yaml":
            run = _build(repository, path.parent, documents(path)[0]["kind"])
            if run.returncode == 0:  # where not, kubectl_kustomize says so
                yield path.parent, run.stdout


def _build(repository: Repository, folder: Path, kind: str) -> subprocess.CompletedProcess:
    if kind == "Component":
        with tempfile.TemporaryDirectory(dir=repository.folder, prefix="around-") as around:
            return _kustomize(_around(folder, Path(around)))
    return _kustomize(folder)


def _kustomize(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True)


def _around(component: Path, folder: Path) -> Path:
    """What a component needs to be built: a kustomization that names it, and the objects that it patches, empty."""
    patched = [documents(path)[0] for path in component.glob("*.yaml") if path.name != "kustomization.yaml"]
    empty = [
        {
            "apiVersion": document["apiVersion"],
            "kind": document["kind"],
            "metadata": {name: document["metadata"][name] for name in ("name", "namespace") if name in document["metadata"]},
        }
        for document in patched
    ]
    folder.joinpath("patched.yaml").write_text(yaml.safe_dump_all(empty))
    above = "../" + str(component.relative_to(folder.parent))
    kustomization = {"resources": ["patched.yaml"], "components": [above]}
    folder.joinpath("kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return folder


# yamllint and pymarkdown: the files as text ------------------------------------------------------------------------------


def yamllint_(repository: Repository) -> Iterator[Finding]:
    settings = yamllint.config.YamlLintConfig(file=str(HERE / "yamllint.yaml"))
    for path in repository.yaml_files():
        for problem in yamllint.linter.run(path.read_bytes(), settings):
            message = f"line {problem.line}: {problem.desc}"
            yield Finding("yamllint", problem.rule or "syntax", repository.name(path), message)


def pymarkdown(repository: Repository) -> Iterator[Finding]:
    # md013 wants lines of 80: rows of tables are as long as what they say.
    linter = PyMarkdownApi().disable_rule_by_identifier("md013")
    scanned = linter.scan_path(str(repository.output), recurse_if_directory=True)
    for found in scanned.scan_failures:
        message = f"line {found.line_number}: {found.rule_description} {found.extra_error_information}".strip()
        yield Finding("pymarkdown", found.rule_id.lower(), repository.name(found.scan_file), message)
    for error in scanned.pragma_errors:
        raise Broken(f"pymarkdown over {repository.example}: {error}")


LINTERS = {
    "argocd-source-lint": argocd_source_lint,
    "kubernetes-validate": kubernetes_validate_,
    "kubectl kustomize": kubectl_kustomize,
    "yamllint": yamllint_,
    "pymarkdown": pymarkdown,
}
