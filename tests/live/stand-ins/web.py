#!/usr/bin/env python3
"""web.py ADDRESS FOLDER CERTIFICATE KEY: stands in for every Git server and chart repository that a platform names.

FOLDER has a folder for each host. A path that leads into a folder `….git` is answered by Git itself (`git
http-backend`), any other is a file. One server for all names: the plane's hosts file leads them here.
"""
import os
import pathlib
import ssl
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder = None

    def do_GET(self):
        self.answer(b"")

    def do_HEAD(self):
        self.answer(b"")

    def do_POST(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(body)

    def answer(self, body):
        url = urlsplit(self.path)
        root = (self.folder / self.headers.get("Host", "").split(":")[0]).resolve()
        path = (root / unquote(url.path).lstrip("/")).resolve()
        if not path.is_relative_to(self.folder) or root == self.folder:
            self.reply(404, b"no such host\n")
        elif ".git/" in url.path + "/":
            self.git(root, url, body)
        elif path.is_file():
            self.reply(200, path.read_bytes())
        else:
            self.reply(404, b"no such file\n")

    def git(self, root, url, body):
        env = os.environ | {
            "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(url.path), "QUERY_STRING": url.query, "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(fields.pop("Status", "200").split()[0])
        self.reply(status if head else 500, content, fields)

    def reply(self, status, content, fields=None):
        self.send_response(status)
        for name, value in (fields or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def main():
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    address, folder, certificate, key = sys.argv[1:]
    Handler.folder = pathlib.Path(folder).resolve()
    server = ThreadingHTTPServer((address, 443), Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    # A handshake is the business of the connection's own thread: one that hangs holds up nobody else.
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


main()
