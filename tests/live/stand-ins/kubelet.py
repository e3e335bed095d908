#!/usr/bin/env python3
"""kubelet.py KUBECONFIG SECONDS RULES CONTEXT...: stands in for kubelets and for every controller of a member cluster.

It watches workloads and a few kinds more on each context and writes the status that their controllers would: SECONDS
after a new generation of it appears. An object's annotation `live/ready-after` says otherwise: a number of seconds,
`never` (it stays Progressing) or `fail` (it becomes Degraded). RULES is a JSON file that may appear or change at any
time: {"CONTEXT/NAMESPACE/NAME": the same words}, for what must break without a change in Git; it wins.
"""
import heapq
import itertools
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from harness.kube import Api, Gone  # noqa: E402


def rollout(obj, well):
    n = obj["spec"].get("replicas", 1)
    status = {"observedGeneration": obj["metadata"]["generation"], "replicas": n, "updatedReplicas": n}
    if not well:
        return status | {"conditions": [
            {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]}
    return status | {"readyReplicas": n, "availableReplicas": n, "conditions": [
        {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"},
        {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}]}


def condition(obj, well):
    return {"conditions": [{"type": "Ready", "status": "True" if well else "False", "reason": "StandIn"}]}


def address(obj, well):
    return {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}} if well else {}


def is_written(fill, obj):
    """Whether an object has the status of its newest generation already."""
    status = obj.get("status") or {}
    if fill is rollout:
        return status.get("observedGeneration") == obj["metadata"]["generation"]
    return bool((status.get("loadBalancer") or {}).get("ingress") or status.get("conditions"))


KINDS = {
    "/apis/apps/v1/deployments": rollout,
    "/apis/networking.k8s.io/v1/ingresses": address,
    "/apis/cert-manager.io/v1/clusterissuers": condition,
    "/apis/cert-manager.io/v1/certificates": condition,
    "/apis/external-secrets.io/v1/clustersecretstores": condition,
    "/apis/external-secrets.io/v1/externalsecrets": condition,
}


class Cluster:
    def __init__(self, api, delay, rules):
        self.api, self.delay, self.rules = api, delay, rules
        self.due, self.changed, self.seen, self.order = [], threading.Condition(), {}, itertools.count()
        self.objects = {}

    def start(self):
        for path, fill in KINDS.items():
            threading.Thread(target=self.watch, args=(path, fill), daemon=True).start()
        threading.Thread(target=self.write, daemon=True).start()

    def watch(self, path, fill):
        while True:
            try:
                for event, obj in self.api.watch(path):
                    if event in ("ADDED", "MODIFIED"):
                        self.want(path, fill, obj)
            except Gone:  # its CRD is not there yet
                time.sleep(1)
            except Exception as error:  # noqa: BLE001
                print("watch", self.api.context, path, error, flush=True)
                time.sleep(1)

    def word(self, obj):
        meta = obj["metadata"]
        try:
            rules = json.loads(self.rules.read_text())
        except (OSError, ValueError):
            rules = {}
        key = f"{self.api.context}/{meta.get('namespace', '')}/{meta['name']}"
        return rules.get(key, meta.get("annotations", {}).get("live/ready-after", self.delay))

    def want(self, path, fill, obj):
        """Plans what becomes of a generation. What a rule holds back is looked at again every second."""
        meta = obj["metadata"]
        generation = meta.get("generation", 1)
        if self.seen.get(meta["uid"]) == generation or is_written(fill, obj):
            return
        self.seen[meta["uid"]] = generation
        self.plan(path, fill, obj, time.time())

    def plan(self, path, fill, obj, born):
        word = self.word(obj)
        held = str(word) == "never"
        when = time.time() + 1 if held else time.time() if str(word) == "fail" else born + float(word)
        with self.changed:
            heapq.heappush(self.due, (when, next(self.order), path, fill, obj, born, held))
            self.changed.notify()

    def write(self):
        while True:
            with self.changed:
                while not self.due or self.due[0][0] > time.time():
                    self.changed.wait(self.due[0][0] - time.time() if self.due else None)
                _, _, path, fill, obj, born, held = heapq.heappop(self.due)
            meta = obj["metadata"]
            if self.seen.get(meta["uid"]) != meta.get("generation", 1):
                continue  # a newer generation has its own turn
            if held:
                self.plan(path, fill, obj, born)
                continue
            group, _, plural = path.rpartition("/")
            space = f"/namespaces/{meta['namespace']}" if meta.get("namespace") else ""
            well = str(self.word(obj)) != "fail"
            try:
                status, answer = self.api.request(
                    "PATCH", f"{group}{space}/{plural}/{meta['name']}/status", {"status": fill(obj, well)})
                if status not in (200, 404):
                    print("write", path, meta["name"], status, answer, flush=True)
            except Exception as error:  # noqa: BLE001
                print("write", path, meta["name"], error, flush=True)
                self.plan(path, fill, obj, born)


def main():
    if len(sys.argv) < 5:
        raise SystemExit(__doc__)
    kubeconfig, delay, rules, *contexts = sys.argv[1:]
    for context in contexts:
        Cluster(Api(kubeconfig, context), float(delay), pathlib.Path(rules)).start()
    threading.Event().wait()


main()
