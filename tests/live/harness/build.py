"""Builds the control plane from Go modules: nothing is installed, nothing is downloaded but source."""
import json
import os
import shutil
import subprocess
import time

from . import settings
from .settings import BIN, CACHE, VERSIONS

ARGO = "github.com/argoproj/argo-cd/v3"
ENGINE = "github.com/argoproj/argo-cd/gitops-engine"

REDIS = """// Plays Redis for Argo CD: miniredis, with its clock driven, for it does not look at one by itself.
package main

import (
	"os"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func main() {
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(os.Args[1]); err != nil {
		panic(err)
	}
	for range time.Tick(time.Second) {
		server.FastForward(time.Second)
	}
}
"""


def components():
    kube = VERSIONS["Kubernetes"]
    version = "k8s.io/component-base/version"
    stamp = f"-X {version}.gitVersion={kube} -X {version}.gitMajor=1 -X {version}.gitMinor={kube.split('.')[1]}"
    return {
        "etcd": ("go.etcd.io/etcd/server/v3", ""),
        "kube-apiserver": ("k8s.io/kubernetes/cmd/kube-apiserver", stamp),
        "kube-controller-manager": ("k8s.io/kubernetes/cmd/kube-controller-manager", stamp),
        "kubectl": ("k8s.io/kubernetes/cmd/kubectl", stamp),
        "argocd": (f"{ARGO}/cmd", f"-X {ARGO}/common.version={VERSIONS['Argo CD'].removeprefix('v')}"),
        "kustomize": ("sigs.k8s.io/kustomize/kustomize/v5", ""),
        "helm": ("helm.sh/helm/v4/cmd/helm", ""),
        "redis": ("./redis", ""),
    }


def require():
    """Says in one message what this machine lacks."""
    tools = {"go": "Go 1.26.3 or newer", "git": "git", "openssl": "openssl", "ip": "iproute2", "unshare": "util-linux",
             "nsenter": "util-linux", "mount": "util-linux"}
    missing = [f"{tool} ({what})" for tool, what in tools.items() if not shutil.which(tool)]
    try:
        import yaml  # noqa: F401
    except ImportError:
        missing.append("PyYAML (python3-yaml)")
    if missing:
        raise SystemExit("tests/live needs, and this machine has not: " + ", ".join(missing))


def go(*arguments, **more):
    env = os.environ | {"GOFLAGS": "-mod=mod -buildvcs=false -modcacherw", "CGO_ENABLED": "0", "GOWORK": "off"}
    return subprocess.run(["go", *arguments], cwd=CACHE / "mod", env=env, check=True, text=True, **more)


def module():
    """One module with every component, so that they share what they compile."""
    folder = CACHE / "mod"
    wanted = json.dumps(VERSIONS, indent=1)
    stamp = folder / "versions.json"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(BIN, ignore_errors=True)
    (folder / "redis").mkdir(parents=True)
    (folder / "redis/main.go").write_text(REDIS)
    (folder / "go.mod").write_text("module live\n\ngo 1.26.3\n")
    # `replace` counts in the main module only, so Argo CD's own are copied, all but the folder of its engine.
    found = json.loads(go("mod", "download", "-json", f"{ARGO}@{VERSIONS['Argo CD']}", stdout=subprocess.PIPE).stdout)
    theirs = json.loads(go("mod", "edit", "-json", found["GoMod"], stdout=subprocess.PIPE).stdout)
    edits = []
    for replace in theirs.get("Replace") or []:
        old, new = replace["Old"], replace["New"]
        if new.get("Version"):
            at = "@" + old["Version"] if old.get("Version") else ""
            edits.append(f"-replace={old['Path']}{at}={new['Path']}@{new['Version']}")
    edits.append(f"-replace={ENGINE}={ENGINE}@{VERSIONS['engine']}")
    for path, name in {
        ARGO: "Argo CD", "k8s.io/kubernetes": "Kubernetes", "go.etcd.io/etcd/server/v3": "etcd",
        "sigs.k8s.io/kustomize/kustomize/v5": "Kustomize", "helm.sh/helm/v4": "Helm",
        "github.com/alicebob/miniredis/v2": "miniredis",
    }.items():
        edits.append(f"-require={path}@{VERSIONS[name]}")
    edits += [f"-tool={package}" for package, _ in components().values() if not package.startswith(".")]
    go("mod", "edit", *edits)
    go("list", "-deps", "tool", "./redis", stdout=subprocess.DEVNULL)
    stamp.write_text(wanted)


def build():
    """Builds what is missing; returns the seconds that each took."""
    require()
    module()
    BIN.mkdir(parents=True, exist_ok=True)
    took = {}
    for name, (package, flags) in components().items():
        if (BIN / name).exists():
            continue
        start = time.time()
        go("build", "-trimpath", "-ldflags", f"-s -w {flags}", "-o", str(BIN / name), package)
        took[name] = round(time.time() - start)
        print(f"built {name} in {took[name]} s", flush=True)
    for name in ("application-controller", "repo-server", "applicationset-controller", "server"):
        link = BIN / f"argocd-{name}"
        if not link.is_symlink():
            link.symlink_to("argocd")
    keep_manifests()
    return took


def keep_manifests():
    """What Argo CD's installation has beside its binaries, kept with them so that a cached plane needs no Go."""
    kept = CACHE / "argocd"
    if (kept / "done").exists() and (kept / "done").read_text() == VERSIONS["Argo CD"]:
        return
    shutil.rmtree(kept, ignore_errors=True)
    folder = go("list", "-m", "-f", "{{.Dir}}", ARGO, stdout=subprocess.PIPE).stdout.strip()
    for part in ("crds", "base"):
        shutil.copytree(f"{folder}/manifests/{part}", kept / part)
    # repo-server runs this on every request.
    shutil.copy(f"{folder}/hack/git-verify-wrapper.sh", BIN)
    (BIN / "git-verify-wrapper.sh").chmod(0o755)
    (kept / "done").write_text(VERSIONS["Argo CD"])


def platformc():
    """The compiler under test and the commit that it comes from."""
    if settings.PLATFORMC:
        return settings.PLATFORMC
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=settings.PROJECT, check=True)
    return str(settings.PROJECT / "target/release/platformc")
