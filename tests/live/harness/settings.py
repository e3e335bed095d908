"""Every version, path and number that the harness depends on. Each one in capitals can be set by `LIVE_…`."""
import os
import pathlib

LIVE = pathlib.Path(__file__).resolve().parent.parent
PROJECT = LIVE.parent.parent
PAGE = PROJECT / "docs/live.md"
RECORDS = LIVE / "records"


def _env(name, default):
    return os.environ.get("LIVE_" + name, default)


# Binaries and the Go module that builds them; kept between runs.
CACHE = pathlib.Path(_env("CACHE", pathlib.Path.home() / ".cache/platformc-live")).resolve()
# Keys, data, logs and PIDs of running planes; a folder for each case.
RUN = pathlib.Path(_env("RUN", CACHE / "run")).resolve()
BIN = CACHE / "bin"
# A platformc that is built already; else Cargo builds it.
PLATFORMC = _env("PLATFORMC", "")
# How long Argo CD trusts what it knows of Git. There is no webhook, so this is how late it sees a commit.
RESYNC = _env("RESYNC", "15s")
# What a stand-in takes to become ready, in seconds, where nothing else says so.
READY_AFTER = float(_env("READY_AFTER", "3"))
LOGLEVEL = _env("LOGLEVEL", "info")

VERSIONS = {
    "Argo CD": _env("ARGO_VERSION", "v3.5.7"),
    # Argo CD replaces its engine with a folder that the module's archive leaves out: this is the module nearest to it.
    "engine": _env("ENGINE_VERSION", "v0.0.0-20260914071520-c9c369efcc5b"),
    "Kubernetes": _env("KUBE_VERSION", "v1.36.1"),
    "etcd": _env("ETCD_VERSION", "v3.6.8"),
    "Kustomize": _env("KUSTOMIZE_VERSION", "v5.8.1"),
    "Helm": _env("HELM_VERSION", "v4.2.1"),
    "miniredis": _env("MINIREDIS_VERSION", "v2.38.0"),
}

HUB = "127.0.0.1"
HUB_PORT = 6443
ETCD_PORT = 2379
REDIS_PORT = 6379
REPO_PORT = 8081
SERVER_PORT = 8080
WEB = "127.0.3.1"  # Git and chart repositories, under the names that the platform gives them
