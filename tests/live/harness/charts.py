"""Stand-in charts: what a platform takes from chart repositories is served from loopback, under the same names.

A stand-in chart holds a Deployment, whose readiness takes the time that the table says, and the CRDs that the real one
brings. It notes its values, so that a changed value is a changed Deployment.
"""
import hashlib
import io
import tarfile
from urllib.parse import urlsplit

import yaml

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  annotations: { live/ready-after: "READY" }
spec:
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
      annotations: { live/values: {{ toJson .Values | sha256sum }} }
    spec:
      containers:
      - name: main
        image: stand-in.example.com/{{ .Chart.Name }}:{{ .Chart.Version }}
"""


def crd(line):
    """A CRD that takes everything, from `group/version Kind plural scope`."""
    place, kind, plural, scope = line.split()
    group, version = place.split("/")
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "scope": scope, "names": {"kind": kind, "plural": plural}, "versions": [{
            "name": version, "served": True, "storage": True, "subresources": {"status": {}},
            "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]},
    }


def pack(name, version, entry):
    """The archive of a stand-in chart. Versions that end with `-stuck` never become ready, with `-broken` they fail."""
    ready = entry.get("ready", 3)
    ready = "never" if version.endswith("-stuck") else "fail" if version.endswith("-broken") else ready
    files = {
        "Chart.yaml": yaml.safe_dump({"apiVersion": "v2", "name": name, "version": version}),
        "templates/deployment.yaml": DEPLOYMENT.replace("READY", str(ready)),
    }
    if entry.get("crds"):
        files["templates/crds.yaml"] = yaml.safe_dump_all([crd(line) for line in entry["crds"]])
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, text in files.items():
            info = tarfile.TarInfo(f"{name}/{path}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def publish(www, platform, table, more=()):
    """Serves every chart that the platform asks for. `table` says per chart what it is; `more` names further versions."""
    wanted = {(source["repoURL"], source["chart"], source["targetRevision"])
              for source in platform.sources() if source.get("chart")} | set(more)
    repositories = {}
    for url, chart, version in sorted(wanted):
        place = urlsplit(url)
        folder = www / place.hostname / place.path.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        content = pack(chart, version, table.get(chart) or {})
        file = f"{chart}-{version}.tgz"
        (folder / file).write_bytes(content)
        repositories.setdefault(folder, {}).setdefault(chart, []).append({
            "apiVersion": "v2", "name": chart, "version": version, "urls": [file],
            "digest": hashlib.sha256(content).hexdigest(), "created": "2026-01-01T00:00:00Z"})
    for folder, entries in repositories.items():
        index = {"apiVersion": "v1", "entries": entries, "generated": "2026-01-01T00:00:00Z"}
        (folder / "index.yaml").write_text(yaml.safe_dump(index))
    return sorted({f"{chart} {version}" for _, chart, version in wanted})
