"""As much of a Kubernetes client as the harness needs: requests and watches, over the standard library."""
import http.client
import json
import ssl
import threading

import yaml


class Gone(Exception):
    """A watch fell behind or its kind is not there: list again."""


class Api:
    """One API server. Each thread has a connection of its own."""

    def __init__(self, kubeconfig, context):
        conf = yaml.safe_load(open(kubeconfig))
        named = {entry["name"]: entry["cluster"] for entry in conf["clusters"]}[context]
        self.context, self.host = context, named["server"].removeprefix("https://")
        self.tls = ssl.create_default_context(cafile=named["certificate-authority"])
        self.head = {"Authorization": "Bearer " + conf["users"][0]["user"]["token"], "Accept": "application/json"}
        self.local = threading.local()

    def request(self, method, path, body=None, kind="application/merge-patch+json"):
        """Returns (status, object). A connection that went stale is dialled once more."""
        head = self.head | ({"Content-Type": kind} if body is not None else {})
        data = json.dumps(body) if body is not None else None
        for last in (False, True):
            try:
                connection = getattr(self.local, "connection", None)
                if connection is None:
                    connection = self.local.connection = http.client.HTTPSConnection(
                        self.host, context=self.tls, timeout=60)
                connection.request(method, path, data, head)
                answer = connection.getresponse()
                text = answer.read()
                return answer.status, json.loads(text) if text[:1] == b"{" else text.decode(errors="replace")
            except (OSError, http.client.HTTPException):
                self.local.connection = None
                if last:
                    raise

    def get(self, path):
        """The object, or None where there is none."""
        status, found = self.request("GET", path)
        if status == 404:
            return None
        if status != 200:
            raise RuntimeError(f"{self.context}: GET {path}: {status} {found}")
        return found

    def patch(self, path, body):
        status, found = self.request("PATCH", path, body)
        if status not in (200, 201):
            raise RuntimeError(f"{self.context}: PATCH {path}: {status} {found}")
        return found

    def watch(self, path, seconds=600):
        """Yields (type, object): all there is as ADDED, one ("LISTED", None), then every change until it ends."""
        listed = self.get(path)
        if listed is None:
            raise Gone(path)
        for item in listed["items"]:
            yield "ADDED", item
        yield "LISTED", None
        version = listed["metadata"]["resourceVersion"]
        connection = http.client.HTTPSConnection(self.host, context=self.tls, timeout=seconds + 30)
        connection.request(
            "GET", f"{path}?watch=1&timeoutSeconds={seconds}&resourceVersion={version}", headers=self.head)
        answer = connection.getresponse()
        if answer.status != 200:
            raise Gone(f"{path}: {answer.status}")
        for line in answer:
            event = json.loads(line)
            if event["type"] == "ERROR":
                raise Gone(str(event["object"]))
            yield event["type"], event["object"]
