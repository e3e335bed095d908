"""Runs the linters over the examples, and holds what they find against explained.toml. `run.sh` starts it."""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import linters
from linters import LINTERS, Finding
from repository import ROOT, Broken, Repository, examples, expand

CARGO_RUN = ["cargo", "run", "--quiet", "--locked", "--"]


class Explained:
    """What a linter finds and Argo CD's own code does not: the rule, the files, and why."""

    def __init__(self, entry: dict):
        unknown = set(entry) - {"linter", "rule", "views", "path", "why"}
        if unknown or not str(entry.get("why", "")).strip():
            raise Broken(f"explained.toml: an entry wants a reason, and no {', '.join(unknown) or 'empty one'}: {entry}")
        self.entry = entry
        paths = [entry["path"]] if isinstance(entry["path"], str) else entry["path"]
        patterns = (re.escape(path).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for path in paths)
        self.path = re.compile("|".join(patterns))
        self.findings = 0

    def holds(self, finding: Finding) -> bool:
        said = self.entry
        return (
            (said["linter"], said["rule"]) == (finding.linter, finding.rule)
            and finding.view in said.get("views", [finding.view])
            and self.path.fullmatch(finding.path) is not None
        )


def explanations() -> list[Explained]:
    text = Path(__file__).with_name("explained.toml").read_text()
    return [Explained(entry) for entry in tomllib.loads(text)["explained"]]


def unexplained(findings: list[Finding], explained: list[Explained]) -> list[Finding]:
    left = []
    for finding in findings:
        holding = [one for one in explained if one.holds(finding)]
        for one in holding:
            one.findings += 1
        if not holding:
            left.append(finding)
    return left


def lint(names: list[str], platformc: list[str]) -> int:
    explained = explanations()
    passed = failed = skipped = 0
    for example in names:
        with tempfile.TemporaryDirectory() as folder:
            repository = Repository(example, ROOT / "examples" / example, Path(folder).resolve(), expand(platformc, example))
            for name, run in LINTERS.items():
                if name == "kubectl kustomize" and not linters.has_kubectl():
                    print(f"SKIPPED: {name} over {example}: kubectl is not on PATH, so no kustomization was built here")
                    skipped += 1
                    continue
                findings = list(run(repository))
                left = unexplained(findings, explained)
                print(f"{name} over {example}: {len(findings)} findings, {len(findings) - len(left)} of them explained")
                for finding in left:
                    print(f"  {finding}")
                passed, failed = passed + (not left), failed + bool(left)
    if names == examples():
        for one in explained:
            if not one.findings:
                print(f"explained.toml: nothing finds this any more, take it out: {one.entry}")
                failed += 1
    left_out = ", ".join(f"{count} {kind}" for kind, count in sorted(linters.others.items()))
    print(f"not Kubernetes' own kinds, so without its schemas: {left_out}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.sh")
    parser.add_argument("--platformc", type=Path)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE")
    said = parser.parse_args()
    platformc = [str(said.platformc.resolve())] if said.platformc else CARGO_RUN
    names = said.examples or examples()
    if not set(names) <= set(examples()):
        parser.error(f"the examples are {', '.join(examples())}")
    try:
        if said.self_test:
            import selftest

            return selftest.run(platformc)
        return lint(names, platformc)
    except (Broken, subprocess.CalledProcessError, OSError) as error:
        output = getattr(error, "stderr", None) or ""
        print(f"the linters cannot run: {error}\n{output}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
