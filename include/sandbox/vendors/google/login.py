"""Google's token endpoint: service accounts and refresh tokens for access tokens.

Sources: RFC 7523 (JWT bearer), RFC 6749 (refresh), AIP-4111 (self-signed JWT) and
developers.google.com/identity/protocols/oauth2, read 2026-11. The service account's key is made
anew in each process, so that no private key is committed.
"""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from include.sandbox.serve.consent import ConsentDesk
from include.sandbox.vendors.google.errors import GoogleError

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ID = "1029-sandbox.apps.googleusercontent.com"
CLIENT_SECRET = "GOCSPX-sandbox"  # noqa: S105
LIFETIME_S = 3_600


@dataclass(frozen=True, slots=True)
class Grant:
    """Who an access token speaks for."""

    tenant: str
    scopes: frozenset[str]
    expires_at: float


@cache
def fetch_key() -> rsa.RSAPrivateKey:
    """The sandbox's service account key, one per process."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def build_service_account(tenant: str, token_url: str) -> dict[str, Any]:
    """The JSON file Google lets you download, for tests in this process."""
    pem = fetch_key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "project_id": "sandbox",
        "private_key_id": "sandbox",
        "private_key": pem.decode(),
        "client_email": build_email(tenant),
        "client_id": "100000000000000000001",
        "token_uri": token_url,
    }


def build_email(tenant: str) -> str:
    return f"elt-{tenant}@sandbox.iam.gserviceaccount.com"


def build_refresh_token(tenant: str) -> str:
    return f"1//0sandbox-{tenant}"


class GoogleLogin:
    """Gives out tokens for the tenants of one API and recognises them again."""

    def __init__(self, tenants: frozenset[str], scope: str, host: str) -> None:
        self.scope, self.host = scope, host
        self._by_email = {build_email(t): t for t in tenants}
        self._by_refresh = {build_refresh_token(t): t for t in tenants}
        self._grants: dict[str, Grant] = {}
        self._numbers = count(1)
        self.desk = ConsentDesk(CLIENT_ID, tuple(sorted(tenants)), wants_pkce=True)

    def exchange(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body of `POST /token`."""
        kind = form.get("grant_type")
        if kind in ("authorization_code", "refresh_token"):
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
                return 401, _refusal("invalid_client", "The OAuth client was not found.")
            if kind == "authorization_code":
                return self._redeem(form)
            tenant = self._by_refresh.get(form.get("refresh_token", ""))
            if tenant is None:
                return 400, _refusal("invalid_grant", "Token has been expired or revoked.")
            return 200, self._give(tenant, frozenset({self.scope}))
        if kind == JWT_BEARER:
            claims = _verify(form.get("assertion", ""))
            tenant = self._by_email.get(str(claims.get("iss"))) if claims else None
            if claims is None or tenant is None:
                return 400, _refusal("invalid_grant", "Invalid JWT Signature.")
            return 200, self._give(tenant, frozenset(str(claims.get("scope", "")).split()))
        return 400, _refusal("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def _redeem(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        tenant = self.desk.redeem(form)
        if tenant is None:
            return 400, _refusal("invalid_grant", "Malformed auth code.")
        given = self._give(tenant, frozenset({self.scope}))
        return 200, given | {"refresh_token": build_refresh_token(tenant)}

    def authenticate(self, header: str) -> str:
        """Tenant of an `Authorization` header.

        Raises:
            GoogleError: 401 for no or an unknown token, 403 for one without the scope.
        """
        kind, _, token = header.partition(" ")
        grant = self._grants.get(token) or self._self_signed(token)
        if kind.lower() != "bearer" or grant is None or grant.expires_at < time.time():
            raise GoogleError(
                401,
                "UNAUTHENTICATED",
                "Request had invalid authentication credentials. Expected OAuth 2 access token, "
                "login cookie or other valid authentication credential.",
                [_info("ACCESS_TOKEN_TYPE_UNSUPPORTED" if token else "CREDENTIALS_MISSING")],
            )
        if self.scope not in grant.scopes:
            raise GoogleError(
                403,
                "PERMISSION_DENIED",
                "Request had insufficient authentication scopes.",
                [_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT")],
            )
        return grant.tenant

    def _give(self, tenant: str, scopes: frozenset[str]) -> dict[str, Any]:
        token = f"ya29.sandbox-{next(self._numbers)}-{tenant}"
        self._grants[token] = Grant(tenant, scopes, time.time() + LIFETIME_S)
        return {
            "access_token": token,
            "expires_in": LIFETIME_S - 1,
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }

    def _self_signed(self, token: str) -> Grant | None:
        """A JWT signed by the service account itself, which Google's own clients send."""
        claims = _verify(token)
        tenant = self._by_email.get(str(claims.get("iss"))) if claims else None
        if claims is None or tenant is None:
            return None
        scopes = frozenset(str(claims.get("scope", "")).split())
        if str(claims.get("aud", "")).rstrip("/") == f"https://{self.host}":
            scopes |= {self.scope}
        return Grant(tenant, scopes, float(claims.get("exp", 0)))


def _verify(token: str) -> dict[str, Any] | None:
    """Claims of a JWT with our signature that has not expired."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        signature = base64.urlsafe_b64decode(parts[2] + "==")
        signed = f"{parts[0]}.{parts[1]}".encode()
        fetch_key().public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    except (InvalidSignature, binascii.Error, ValueError):
        return None
    return claims if float(claims.get("exp", 0)) > time.time() else None


def _refusal(error: str, text: str) -> dict[str, Any]:
    return {"error": error, "error_description": text}


def _info(reason: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    }
