"""A stand-in for the identity provider: its documents are files, and the case signs what it would give to people.

Argo CD's server reads them over HTTPS and checks every token with them, as it does with any provider: who somebody is,
and which groups they are in, stands in the token alone.
"""
import base64
import json
import os
import subprocess
import time

HOST = "sso.example.com"
ISSUER = f"https://{HOST}"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def as_json(value):
    return base64url(json.dumps(value).encode())


class Provider:
    """Serves its documents from the plane, which must know the host by its name."""

    def __init__(self, plane):
        self.key = plane.folder / "pki/sso.key"
        self.openssl("genrsa", "-out", str(self.key), "2048")
        modulus = self.openssl("rsa", "-in", str(self.key), "-noout", "-modulus").decode().strip().partition("=")[2]
        keys = [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "e": "AQAB", "n": base64url(bytes.fromhex(modulus))}]
        folder = plane.www / HOST
        (folder / ".well-known").mkdir(parents=True)
        (folder / "keys").write_text(json.dumps({"keys": keys}))
        (folder / ".well-known/openid-configuration").write_text(json.dumps({
            "issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "scopes_supported": ["openid", "groups"]}))

    @staticmethod
    def openssl(*words, given=None):
        return subprocess.run(["openssl", *words], input=given, check=True, capture_output=True).stdout

    def token(self, name, groups):
        """What somebody in these groups gets after signing in."""
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": name, "aud": "argocd", "iat": now, "exp": now + 6 * 3600, "groups": groups,
                  "jti": os.urandom(8).hex()}
        signed = f"{as_json({'alg': 'RS256', 'kid': '1', 'typ': 'JWT'})}.{as_json(claims)}"
        return f"{signed}.{base64url(self.openssl('dgst', '-sha256', '-sign', str(self.key), given=signed.encode()))}"


def configure(plane):
    """The provider as administrators tell Argo CD of it, in keys of argocd-cm that platformc does not write."""
    config = {"name": "SSO", "issuer": ISSUER, "clientID": "argocd", "rootCA": (plane.folder / "pki/ca.crt").read_text()}
    plane.hub.patch("/api/v1/namespaces/argocd/configmaps/argocd-cm",
                    {"data": {"url": "http://127.0.0.1:8080", "oidc.config": json.dumps(config)}})
