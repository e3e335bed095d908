"""A control plane: etcd, an API server for the hub and for each member, Argo CD, and what stands in for the rest.

It lives in a network namespace that has a loopback device and nothing else. There the platform's own names (of clusters,
Git servers, chart repositories) lead to loopback addresses, so that what platformc wrote is used as it is.
"""
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import yaml

from . import settings
from .kube import Api
from .processes import Processes
from .settings import BIN, CACHE

ARGO_PARTS = ("repo-server", "application-controller", "applicationset-controller", "server")


class Waited(Exception):
    """Something did not happen in its time."""


def until(seconds, what, found, pause=0.3):
    """Waits until `found()` is true, and returns that. Never longer than `seconds`."""
    end = time.time() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.time() > end:
            raise Waited(f"waited {seconds:g} s for {what}")
        time.sleep(pause)


class Plane:
    def __init__(self, name, clusters, web_hosts, shared=False, resync=None):
        """`clusters` are names and servers. Shared: one API server answers for them all, under all their names."""
        self.folder = settings.RUN / name
        self.clusters, self.web_hosts, self.resync = dict(clusters), sorted(web_hosts), resync or settings.RESYNC
        servers = {cluster: urlsplit(url) for cluster, url in self.clusters.items()}
        if shared:
            first = next(iter(servers.values()))
            self.members = {"members": ("127.0.2.1", first.port or 443)}
            self.addresses = {url.hostname: "127.0.2.1" for url in servers.values()}
            self.context_of = dict.fromkeys(servers, "members")
        else:
            self.members = {
                name: (f"127.0.2.{n}", url.port or 443) for n, (name, url) in enumerate(servers.items(), 1)}
            self.addresses = {url.hostname: self.members[name][0] for name, url in servers.items()}
            self.context_of = {name: name for name in servers}
        self.addresses |= dict.fromkeys(self.web_hosts, settings.WEB)
        for made in ("pki", "etcd", "www", "tmp", "home", "tls", "ssh", "gpg", "plugin"):
            (self.folder / made).mkdir(parents=True)
        self.processes = Processes(self.folder)
        self.kubeconfig = self.folder / "kubeconfig"
        self.rules = self.folder / "rules.json"
        self.www = self.folder / "www"

    # ---- names, keys ----

    def names(self):
        lines = ["127.0.0.1 localhost", f"{settings.HUB} kubernetes.default.svc"]
        lines += [f"{address} {host}" for host, address in sorted(self.addresses.items())]
        file = self.folder / "hosts"
        file.write_text("\n".join(lines) + "\n")
        subprocess.run(["mount", "--bind", str(file), "/etc/hosts"], check=True)

    def keys(self):
        pki = self.folder / "pki"
        names = ["localhost", "kubernetes.default.svc", *sorted(self.addresses)]
        addresses = ["127.0.0.1", settings.WEB, *sorted({address for address, _ in self.members.values()})]
        san = ",".join([*(f"DNS:{name}" for name in names), *(f"IP:{address}" for address in addresses)])
        (pki / "san").write_text("subjectAltName=" + san + "\n")
        openssl = lambda *words: subprocess.run(  # noqa: E731
            ["openssl", *words], cwd=pki, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=live-ca",
                "-keyout", "ca.key", "-out", "ca.crt")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=live", "-keyout", "tls.key", "-out", "tls.csr")
        openssl("x509", "-req", "-days", "30", "-in", "tls.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                "-CAcreateserial", "-extfile", "san", "-out", "tls.crt")
        openssl("genrsa", "-out", "sa.key", "2048")
        self.token = os.urandom(16).hex()
        (pki / "tokens.csv").write_text(f"{self.token},admin,admin,system:masters\n")
        places = {"hub": (settings.HUB, settings.HUB_PORT)} | self.members
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "hub",
            "users": [{"name": "admin", "user": {"token": self.token}}],
            "clusters": [{"name": name, "cluster": {
                "server": f"https://{address}:{port}", "certificate-authority": str(pki / "ca.crt"),
            }} for name, (address, port) in places.items()],
            "contexts": [{"name": name, "context": {"cluster": name, "user": "admin"}} for name in places],
        }
        self.kubeconfig.write_text(yaml.safe_dump(config))
        for name in places:
            (pki / f"kubeconfig-{name}").write_text(yaml.safe_dump(config | {"current-context": name}))

    # ---- starting ----

    def up(self):
        """Starts all, as an administrator who has installed Argo CD and nothing more."""
        self.names()
        self.keys()
        self.kubernetes()
        self.start_web()
        self.start_kubelet()
        self.install_argo()

    def kubernetes(self):
        etcd = f"http://127.0.0.1:{settings.ETCD_PORT}"
        self.processes.start("etcd", [
            BIN / "etcd", "--data-dir", self.folder / "etcd", "--unsafe-no-fsync", "--log-level=warn",
            f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}",
            "--listen-peer-urls=http://127.0.0.1:0", "--quota-backend-bytes=8589934592"])
        pki = self.folder / "pki"
        for name, (address, port) in ({"hub": (settings.HUB, settings.HUB_PORT)} | self.members).items():
            self.processes.start(f"apiserver-{name}", [
                BIN / "kube-apiserver", f"--etcd-servers={etcd}", f"--etcd-prefix=/{name}",
                f"--secure-port={port}", f"--bind-address={address}", "--advertise-address=127.0.0.1",
                f"--tls-cert-file={pki}/tls.crt", f"--tls-private-key-file={pki}/tls.key",
                f"--token-auth-file={pki}/tokens.csv", "--authorization-mode=RBAC", "--endpoint-reconciler-type=none",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={pki}/sa.key", f"--service-account-signing-key-file={pki}/sa.key",
                "--service-cluster-ip-range=10.96.0.0/16", "--disable-admission-plugins=ServiceAccount",
                "--event-ttl=10m"])
        for name in ("hub", *self.members):
            api = self.api(name)
            until(240, f"the API server of {name}", lambda api=api: self.answers(api))
        # Argo CD deletes in the foreground: without a garbage collector it would wait for ever. ClusterRoles like `view` are
        # empty until a controller gathers their rules.
        for name in ("hub", *self.members):
            self.processes.start(f"controllers-{name}", [
                BIN / "kube-controller-manager", f"--kubeconfig={pki}/kubeconfig-{name}", "--leader-elect=false",
                "--secure-port=0", "--kube-api-qps=200", "--kube-api-burst=400",
                "--controllers=namespace-controller,garbage-collector-controller,clusterrole-aggregation-controller"])

    @staticmethod
    def answers(api):
        try:
            return api.request("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def start_web(self):
        pki = self.folder / "pki"
        self.processes.start("web", [sys.executable, settings.LIVE / "stand-ins/web.py", settings.WEB, self.www,
                                     pki / "tls.crt", pki / "tls.key"])

    def start_kubelet(self):
        self.processes.start("kubelet", [sys.executable, settings.LIVE / "stand-ins/kubelet.py", self.kubeconfig,
                                         settings.READY_AFTER, self.rules, *self.members])

    def install_argo(self):
        """Argo CD's own manifests, as far as they are not Pods; its processes run here."""
        self.kubectl("create", "namespace", "argocd")
        crds = CACHE / "argocd/crds"
        self.kubectl("apply", "--server-side", *(
            f"--filename={crds}/{kind}-crd.yaml" for kind in ("application", "applicationset", "appproject")))
        for plural in ("applications", "applicationsets", "appprojects"):
            path = f"/apis/argoproj.io/v1alpha1/{plural}"
            until(60, f"the kind of {plural}", lambda path=path: self.hub.request("GET", path)[0] == 200)
        self.kubectl("-n", "argocd", "apply", "--server-side", "-k", str(CACHE / "argocd/base/config"))
        # What argocd-server makes of an empty Secret at its first start, and a password.
        hashed = subprocess.run([BIN / "argocd", "account", "bcrypt", "--password", self.token], check=True,
                                capture_output=True, text=True, env=self.environment()).stdout.strip()
        self.hub.patch("/api/v1/namespaces/argocd/secrets/argocd-secret", {"stringData": {
            "server.secretkey": self.token, "admin.password": hashed, "admin.passwordMtime": "2026-01-01T00:00:00Z"}})
        self.processes.start("redis", [BIN / "redis", f"127.0.0.1:{settings.REDIS_PORT}"])
        for part in ARGO_PARTS:
            self.start_argo(part)
        until(120, "argocd-server", lambda: self.has_port(settings.SERVER_PORT))
        until(60, "the application controller", lambda: self.has_port(8082))
        if self.processes.dead():
            raise Waited(f"{', '.join(self.processes.dead())} died; see {self.processes.logs}")

    @staticmethod
    def has_port(port):
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def environment(self):
        folder = self.folder
        return os.environ | {
            "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"),
            "KUBECONFIG": str(self.kubeconfig), "ARGOCD_FAKE_IN_CLUSTER": "true",
            "SSL_CERT_FILE": str(folder / "pki/ca.crt"), "GIT_SSL_CAINFO": str(folder / "pki/ca.crt"),
            "ARGOCD_TLS_DATA_PATH": str(folder / "tls"), "ARGOCD_SSH_DATA_PATH": str(folder / "ssh"),
            "ARGOCD_GPG_DATA_PATH": str(folder / "gpg"), "ARGOCD_GNUPGHOME": str(folder / "gpg"),
            "ARGOCD_GPG_ENABLED": "false", "ARGOCD_PLUGINSOCKFILEPATH": str(folder / "plugin"),
            "ARGOCD_RECONCILIATION_TIMEOUT": self.resync, "ARGOCD_RECONCILIATION_JITTER": "0s",
            "ARGOCD_CONTROLLER_SHARD": "0",
        }

    def from_params(self, part):
        """The environment that Argo CD's manifests take from argocd-cmd-params-cm, read when a Pod starts."""
        held = self.hub.get("/api/v1/namespaces/argocd/configmaps/argocd-cmd-params-cm") or {}
        data = held.get("data") or {}
        env = {}
        for file in sorted((CACHE / f"argocd/base/{part}").glob("*.yaml")):
            for document in yaml.safe_load_all(file.read_text()):
                if document and document["kind"] in ("Deployment", "StatefulSet"):
                    for container in document["spec"]["template"]["spec"]["containers"]:
                        for entry in container.get("env", []):
                            ref = entry.get("valueFrom", {}).get("configMapKeyRef", {})
                            if ref.get("name") == "argocd-cmd-params-cm" and ref["key"] in data:
                                env[entry["name"]] = data[ref["key"]]
        return env

    def start_argo(self, part):
        redis, repo = f"127.0.0.1:{settings.REDIS_PORT}", f"127.0.0.1:{settings.REPO_PORT}"
        hub = ["--kubeconfig", self.folder / "pki/kubeconfig-hub", "--namespace", "argocd"]
        own = {
            "repo-server": ["--address", "127.0.0.1", "--port", settings.REPO_PORT, "--metrics-address", "127.0.0.1",
                            "--redis", redis, "--disable-tls", "--client-ca-path", ""],
            "application-controller": [*hub, "--redis", redis, "--repo-server", repo, "--repo-server-plaintext"],
            "applicationset-controller": [
                *hub, "--argocd-repo-server", repo, "--repo-server-plaintext",
                "--metrics-addr", "127.0.0.1:12345", "--probe-addr", "127.0.0.1:12346",
                "--webhook-addr", "127.0.0.1:7001"],
            "server": [*hub, "--insecure", "--address", "127.0.0.1", "--port", settings.SERVER_PORT, "--metrics-port",
                       "8083", "--redis", redis, "--repo-server", repo, "--repo-server-plaintext"],
        }
        self.processes.start(part, [BIN / f"argocd-{part}", *own[part], "--loglevel", settings.LOGLEVEL],
                             self.environment() | self.from_params(part))

    def restart(self, part):
        self.processes.stop(part)
        self.start_argo(part)

    def down(self):
        self.processes.stop_all()
        for heavy in ("etcd", "tmp", "www", "work"):
            shutil.rmtree(self.folder / heavy, ignore_errors=True)

    # ---- using ----

    def api(self, context):
        return Api(self.kubeconfig, context)

    @property
    def hub(self):
        return self.api("hub")

    def kubectl(self, *words, context="hub", check=True):
        done = subprocess.run([BIN / "kubectl", "--context", context, *words], env=self.environment(), text=True,
                              capture_output=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"kubectl {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def break_workload(self, cluster, namespace, name, word="never"):
        """Lets a workload never become ready (or fail), on one cluster, without a change in Git. None mends it."""
        rules = json.loads(self.rules.read_text()) if self.rules.exists() else {}
        key = f"{self.context_of[cluster]}/{namespace}/{name}"
        if word is None:
            rules.pop(key, None)
        else:
            rules[key] = word
        fresh = self.rules.with_suffix(".new")
        fresh.write_text(json.dumps(rules))
        fresh.rename(self.rules)

    def ca(self):
        """The certificate authority as Argo CD's `caData` has it."""
        return base64.b64encode((self.folder / "pki/ca.crt").read_bytes()).decode()
