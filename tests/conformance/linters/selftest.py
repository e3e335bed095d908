"""Shows that the linters can fail: breaks copies of an example, one mistake each, and expects the finding for it."""

import importlib
import pkgutil
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import argocd_source_lint.rules
import linters
from argocd_source_lint import applicationset
from lint import Explained, explanations, unexplained
from linters import LINTERS
from repository import ROOT, Broken, Repository, expand

EXAMPLE = "tutorial"


@dataclass(frozen=True)
class Mistake:
    linter: str
    rule: str
    file: str
    change: Callable[[str], str]
    view: str | None = None


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def anew(text: str) -> Callable[[str], str]:
    return lambda _: text


SERVICE = "clusters/dev/addons/issuers.yaml"
OBJECTS = "infra/addons/issuers/manifests/all"
LAYER = "clusters/dev/addons.yaml"
NAMESPACES = "clusters/dev/foundation/namespaces.yaml"
SETTINGS = "argocd/argocd-cm.yaml"
KUSTOMIZATION = "services/shop/overlays/dev-eu/kustomization.yaml"
WANDERER = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: wanderer\n"

MISTAKES = [
    Mistake("argocd-source-lint", "phantom-target", LAYER, replaced("path: infra/", "path: nowhere/")),
    Mistake("argocd-source-lint", "unknown-sync-option", SERVICE, replaced("SkipDryRunOn", "SkipRunOn")),
    Mistake("argocd-source-lint", "malformed-sync-wave", SERVICE, replaced("sync-wave: '0'", "sync-wave: 'first'")),
    Mistake("argocd-source-lint", "project-scope-violation", SERVICE, replaced("project: platform", "project: shop")),
    Mistake("argocd-source-lint", "floating-target-revision", SERVICE, replaced("refs/heads/main", "'1.*'")),
    Mistake("argocd-source-lint", "duplicate-application-name", SERVICE, replaced("name: issuers.dev", "name: queues.dev")),
    Mistake("argocd-source-lint", "double-coverage", SERVICE, replaced(f"path: {OBJECTS}", "path: manifests/queues"), "cluster"),
    Mistake("argocd-source-lint", "orphan-source", "services/shop/manifests/wanderer.yaml", anew(WANDERER)),
    Mistake("kubernetes-validate", "kind", NAMESPACES, replaced("apiVersion: v1", "apiVersion: v2")),
    Mistake("kubernetes-validate", "schema", NAMESPACES, replaced("  labels:", "  lables:")),
    Mistake("kubernetes-validate", "schema", SETTINGS, replaced("kind: ConfigMap", "kind: ConfigMap\nimmutable: maybe")),
    Mistake("kubectl kustomize", "build", KUSTOMIZATION, replaced("resources:", "resource:")),
    Mistake("kubectl kustomize", "build", "kustomization.yaml", replaced("root.yaml", "roots.yaml")),
    Mistake("yamllint", "key-duplicates", SETTINGS, replaced("kind: ConfigMap", "kind: ConfigMap\nkind: ConfigMap")),
    Mistake("yamllint", "truthy", NAMESPACES, replaced("managed-by: platformc", "managed-by: yes")),
    Mistake("pymarkdown", "md034", "README.md", replaced("<https://k8s-dev.example.com>", "https://k8s-dev.example.com")),
]


def run(platformc: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        unbroken = Path(folder, "unbroken")
        shutil.copytree(ROOT / "examples" / EXAMPLE, unbroken)
        applications = expand(platformc, EXAMPLE)
        results = [
            _found(mistake, unbroken, Path(folder, str(number)).resolve(), applications)
            for number, mistake in enumerate(MISTAKES)
        ]
    results.append(_notices_what_explains_nothing())
    results.append(_has_a_row_for_each_rule())
    skipped = results.count(None)
    print(f"{results.count(True)} passed, {results.count(False)} failed, {skipped} skipped")
    if {mistake.linter for mistake in MISTAKES} != set(LINTERS):
        raise Broken("there is a linter without a mistake that it must find")
    return 0 if all(result is not False for result in results) else 1


def _found(mistake: Mistake, unbroken: Path, folder: Path, applications: list[dict]) -> bool | None:
    what = f"{mistake.linter} {mistake.rule} in {mistake.file}"
    if mistake.linter == "kubectl kustomize" and not linters.has_kubectl():
        print(f"SKIPPED: {what}: kubectl is not on PATH")
        return None
    source = _broken(mistake, unbroken, folder.with_name(f"{folder.name}-source"))
    repository = Repository(EXAMPLE, source, folder, applications)
    findings = unexplained(list(LINTERS[mistake.linter](repository)), explanations())
    found = [one for one in findings if one.rule == mistake.rule and mistake.view in (None, one.view)]
    print(f"{'found' if found else 'NOT FOUND'}: {what}")
    if not found:
        print("".join(f"  instead: {finding}\n" for finding in findings), end="")
    return bool(found)


def _broken(mistake: Mistake, unbroken: Path, folder: Path) -> Path:
    shutil.copytree(unbroken, folder)
    file = folder / "expected" / mistake.file
    before = file.read_text() if file.exists() else ""
    after = mistake.change(before)
    if after == before:
        raise Broken(f"the mistake for {mistake.linter} {mistake.rule} changes nothing in {mistake.file}")
    file.write_text(after)
    return folder


def _notices_what_explains_nothing() -> bool:
    idle = Explained({"linter": "yamllint", "rule": "colons", "path": "**", "why": "nothing is wrong with colons"})
    finding = linters.Finding("yamllint", "commas", "tutorial/infra/README.md", "a finding of another rule")
    noticed = unexplained([finding], [idle]) == [finding] and not idle.findings
    print(f"{'found' if noticed else 'NOT FOUND'}: an explanation that explains nothing")
    return noticed


def _has_a_row_for_each_rule() -> bool:
    package = argocd_source_lint.rules
    names = [f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    rules = {getattr(importlib.import_module(name), "RULE_ID", None) for name in names} | {applicationset.RULE_ID}
    rows = set(re.findall(r"^\| ([a-z-]+) \|", (ROOT / "docs/linters.md").read_text(), re.MULTILINE)) - {"rule"}
    good = rules - {None} == rows
    print(f"{'found' if good else 'NOT FOUND'}: a row of docs/linters.md for each rule of argocd-source-lint")
    return good
