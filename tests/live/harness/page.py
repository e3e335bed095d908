"""Writes docs/live.md from what the last run of each case recorded."""
import datetime
import json
import os
import platform
import subprocess

from . import settings

HEAD = """# What was seen on a live control plane

Written by `tests/live/run`, not by hand: what the last run of each case did, measured and found. A case runs platformc,
serves what it writes from Git over loopback to Argo CD, and compares what `platformc explain order` claims with the times
at which things happened. [tests/live/README.md](../tests/live/README.md) says what is real there and what stands in.

"""


def git(*words):
    return subprocess.run(["git", *words], cwd=settings.PROJECT, capture_output=True, text=True, check=False).stdout.strip()


def circumstances(compiler):
    """When, of what, and on what: the part of a record that all cases of a run share."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    tree = git("rev-parse", "--short=12", "HEAD:src")
    if git("status", "--porcelain", "--", "src"):
        tree += ", changed since"
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "compiler": f"{version} (src {tree})",
        "versions": {("Argo CD's engine" if name == "engine" else name): value
                     for name, value in settings.VERSIONS.items()},
        "machine": f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}; load {os.getloadavg()[0]:.1f} at the start",
    }


def save(record):
    settings.RECORDS.mkdir(exist_ok=True)
    file = settings.RECORDS / f"{record['case']}.json"
    file.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def load():
    return [json.loads(file.read_text()) for file in sorted(settings.RECORDS.glob("*.json"))]


def section(record):
    lines = [f"## {record['title']}", ""]
    verdict = "Holds" if record["holds"] else "**Does not hold**"
    lines += [f"{verdict}. `tests/live/run {record['case']}`, {record['date']}, {record['seconds']} s, with "
              f"{record['compiler']}; {record['machine']}.", ""]
    for check in record["checks"]:
        detail = f" ({check['detail']})" if check["detail"] else ""
        lines.append(f"- {'holds' if check['holds'] else '**broken**'}: {check['text']}{detail}")
    lines.append("")
    if record["figures"]:
        lines += ["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in record["figures"]), ""]
    for head, *rows in record["tables"]:
        lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows] + [""]
    for note in record["notes"]:
        lines += [note, ""]
    return lines


def write():
    records = load()
    lines = ["| case | holds | when |", "|---|---|---|"]
    for record in records:
        lines.append(f"| {record['title']} | {'yes' if record['holds'] else '**no**'} | {record['date']} |")
    versions = {json.dumps(record["versions"]): record["versions"] for record in records}
    lines.append("")
    for found in versions.values():
        lines += ["With " + ", ".join(f"{name} {value}" for name, value in found.items()) + ".", ""]
    for record in records:
        lines += section(record)
    settings.PAGE.write_text(HEAD + "\n".join(lines).rstrip() + "\n")
