"""Tokens of one OAuth account as the vendors hand them out: a chain in which each is used once.

Tokens follow from their number, so that a restarted sandbox still knows those it gave before.
"""

import base64
import binascii
import hashlib
import hmac
from threading import Lock


class TokenChain:
    """Refresh token n gives access token n + 1 and, when tokens rotate, refresh token n + 1.

    Attributes:
        used: The highest number a refresh token was used with; older ones are refused.
    """

    def __init__(self, account: str, *, rotates: bool = True) -> None:
        self.account, self.rotates = account, rotates
        self.used = -1
        self._lock = Lock()

    def refresh_token(self, number: int = 0) -> str:
        return f"rt{number}.{self._sign('refresh', number)}"

    def access_token(self, number: int = 0) -> str:
        return f"at{number}.{self._sign('access', number)}"

    def renew(self, refresh_token: str) -> tuple[str, str] | None:
        """Access and refresh token for a refresh token; None when it is unknown or used up."""
        with self._lock:
            number = self._number(refresh_token, "rt", "refresh")
            if number is None or (self.rotates and number <= self.used):
                return None
            if not self.rotates:
                return self.access_token(1), refresh_token
            self.used = number
            return self.access_token(number + 1), self.refresh_token(number + 1)

    def begin(self) -> tuple[str, str]:
        """A pair for somebody who has just agreed: newer than whatever was used."""
        with self._lock:
            self.used += 1
            return self.access_token(self.used), self.refresh_token(self.used + 1)

    def accepts(self, access_token: str) -> bool:
        """True for every access token of the chain; they last longer than a demo."""
        return self._number(access_token, "at", "access") is not None

    def _sign(self, kind: str, number: int) -> str:
        secret = f"sandbox/{self.account}".encode()
        return hmac.new(secret, f"{kind}/{number}".encode(), hashlib.sha256).hexdigest()[:32]

    def _number(self, token: str, prefix: str, kind: str) -> int | None:
        text, _, signature = token.removeprefix(prefix).partition(".")
        if not text.isdecimal() or not token.startswith(prefix):
            return None
        known = hmac.compare_digest(signature, self._sign(kind, int(text)))
        return int(text) if known else None


def read_basic(header: str) -> tuple[str, str]:
    """Name and secret of an `Authorization: Basic` header; empty when there is none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret
