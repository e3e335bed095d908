"""Somebody who has signed in to Argo CD: their requests to its server, with their token and nothing else."""
import http.client
import subprocess

from . import settings

OK, INVALID, DENIED = 0, 3, 7
# What the server is asked for an object that is not there: it looks for the object only after it has asked its policy.
NOWHERE = {"namespace": "nowhere", "resourceName": "nothing", "version": "v1"}
# Methods of its API (server/application/application.proto, server/account/account.proto): the numbers of their fields.
DELETE_RESOURCE = ("application.ApplicationService/DeleteResource",
                   {"name": 1, "namespace": 2, "resourceName": 3, "version": 4, "group": 5, "kind": 6})
PATCH_RESOURCE = ("application.ApplicationService/PatchResource",
                  {"name": 1, "namespace": 2, "resourceName": 3, "version": 4, "group": 5, "kind": 6, "patch": 7, "patchType": 8})
RUN_ACTION = ("application.ApplicationService/RunResourceActionV2",
              {"name": 1, "namespace": 2, "resourceName": 3, "version": 4, "group": 5, "kind": 6, "action": 7})
CAN_I = ("account.AccountService/CanI", {"resource": 1, "action": 2, "subresource": 3})


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def message(numbers, texts):
    """A message of strings, as protobuf writes it."""
    fields = ((number, texts[name].encode()) for name, number in numbers.items() if texts.get(name))
    return b"".join(varint(number << 3 | 2) + varint(len(text)) + text for number, text in fields)


class Session:
    def __init__(self, plane, token):
        self.plane, self.token, self.connection = plane, token, None

    def call(self, method, **texts):
        """A call over gRPC-Web; returns (status, what the server says, its answer)."""
        path, numbers = method
        data = message(numbers, texts)
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", settings.SERVER_PORT, timeout=60)
        self.connection.request("POST", f"/{path}", b"\0" + len(data).to_bytes(4, "big") + data, {
            "Content-Type": "application/grpc-web+proto", "X-Grpc-Web": "1", "Authorization": f"Bearer {self.token}"})
        answer = self.connection.getresponse()
        heads, body, found = {name.lower(): value for name, value in answer.getheaders()}, answer.read(), b""
        while body:
            kind, size = body[0], int.from_bytes(body[1:5], "big")
            part, body = body[5:5 + size], body[5 + size:]
            if kind & 128:
                lines = (line.partition(":") for line in part.decode().splitlines())
                heads |= {name.lower(): value.strip() for name, _, value in lines}
            else:
                found += part
        if "grpc-status" not in heads:
            raise RuntimeError(f"{path}: {answer.status} {heads}")
        return int(heads["grpc-status"]), heads.get("grpc-message", ""), found

    def can_i(self, resource, action, object_name):
        """What the server's own question answers; it takes whole actions only."""
        status, said, found = self.call(CAN_I, resource=resource, action=action, subresource=object_name)
        if status != OK or found[2:] not in (b"yes", b"no"):
            raise RuntimeError(f"can-i {action} {resource} {object_name}: {status} {said} {found}")
        return found[2:] == b"yes"

    def gets_past(self, method, **texts):
        """Whether the policy lets a request through that then fails, because its object does not exist."""
        status, said, _ = self.call(method, **NOWHERE, **texts)
        if status not in (INVALID, DENIED):
            raise RuntimeError(f"{method[0]} {texts}: {status} {said}")
        return status == INVALID

    def argocd(self, *words):
        """Argo CD's own command; returns (its exit code, all that it says)."""
        done = subprocess.run(
            [settings.BIN / "argocd", *words, "--server", f"127.0.0.1:{settings.SERVER_PORT}", "--plaintext", "--grpc-web"],
            env=self.plane.environment() | {"ARGOCD_AUTH_TOKEN": self.token}, text=True, capture_output=True,
            check=False, timeout=180)
        return done.returncode, (done.stdout + done.stderr).strip()
