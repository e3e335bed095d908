"""Writes down every change of every Application, in the order in which the hub's API server made them."""
import json
import threading
import time


def full(value):
    """Without what is empty: Argo CD leaves empty fields out of what it stores."""
    if isinstance(value, dict):
        return {key: inner for key, inner in ((key, full(inner)) for key, inner in value.items()) if inner}
    if isinstance(value, list):
        return [full(inner) for inner in value]
    return value


def wanted(spec):
    return full({key: spec.get(key) for key in ("source", "sources", "destination")})


class Event:
    """One state of one Application. `seq` counts the changes of all: what has a lower one came first."""

    __slots__ = ("seq", "time", "gone", "deleting", "sync", "health", "phase", "started", "finished", "spec", "fresh",
                 "message")

    def __init__(self, seq, when, kind, obj):
        status = obj.get("status") or {}
        sync, operation = status.get("sync") or {}, status.get("operationState") or {}
        self.seq, self.time = seq, when
        self.gone = kind == "DELETED"
        self.deleting = bool(obj["metadata"].get("deletionTimestamp"))
        self.sync = sync.get("status", "")
        self.health = (status.get("health") or {}).get("status", "")
        self.phase, self.message = operation.get("phase", ""), operation.get("message", "")
        self.started, self.finished = operation.get("startedAt", ""), operation.get("finishedAt", "")
        spec = wanted(obj["spec"])
        self.spec = json.dumps(spec, sort_keys=True)
        # Whether what Argo CD says about it is about the spec as it is now.
        self.fresh = full({key: (sync.get("comparedTo") or {}).get(key) for key in spec}) == spec

    @property
    def fine(self):
        """Synced and Healthy, with its newest spec, and nothing under way."""
        return (self.fresh and self.sync == "Synced" and self.health == "Healthy"
                and self.phase not in ("Running", "Terminating") and not self.deleting and not self.gone)

    def same(self, other):
        skip = ("seq", "time")
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__ if name not in skip)


class Recorder:
    def __init__(self, plane):
        self.api, self.events, self.seq, self.lock = plane.hub, {}, 0, threading.Lock()
        self.log = open(plane.folder / "timeline.jsonl", "w", encoding="utf-8")
        self.start, self.lists, self.ended = time.time(), 0, False
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        path = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
        while not self.ended:
            try:
                listed = set()
                for kind, obj in self.api.watch(path, 3600):
                    if kind == "LISTED":
                        self.lists += 1
                        self.lost(listed)
                    else:
                        listed.add(obj["metadata"]["name"])
                        self.note(kind, obj)
            except Exception as error:  # noqa: BLE001
                if not self.ended:
                    print(f"  recorder: {error}", flush=True)
            time.sleep(0.5)

    def lost(self, listed):
        """What vanished while nobody watched."""
        with self.lock:
            missing = [name for name, events in self.events.items() if name not in listed and not events[-1].gone]
        for name in missing:
            self.note("DELETED", {"metadata": {"name": name}, "spec": {}})

    def note(self, kind, obj):
        name = obj["metadata"]["name"]
        with self.lock:
            self.seq += 1
            event = Event(self.seq, round(time.time() - self.start, 2), kind, obj)
            known = self.events.setdefault(name, [])
            if known and known[-1].same(event):
                return
            known.append(event)
            row = {"t": event.time, "app": name} | {
                field: getattr(event, field) for field in
                ("sync", "health", "phase", "started", "finished", "fresh", "deleting", "gone", "message")
                if getattr(event, field)}
            self.log.write(json.dumps(row) + "\n")
            self.log.flush()

    # ---- questions ----

    def mark(self):
        """A point in the order of events, to ask for what came after."""
        with self.lock:
            return self.seq

    def now(self):
        return round(time.time() - self.start, 2)

    def last(self, name):
        with self.lock:
            events = self.events.get(name)
            return events[-1] if events else None

    def since(self, name, mark=0):
        with self.lock:
            return [event for event in self.events.get(name, []) if event.seq > mark]

    def names(self):
        """The Applications that there are now."""
        with self.lock:
            return {name for name, events in self.events.items() if not events[-1].gone}

    def first(self, name, condition, mark=0):
        """The first event of an Application for which a condition holds."""
        return next((event for event in self.since(name, mark) if condition(event)), None)

    def not_fine(self, names):
        return sorted(name for name in names if not (event := self.last(name)) or not event.fine)
