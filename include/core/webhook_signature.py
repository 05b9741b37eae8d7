"""Is a webhook genuine? One pure function per way of signing; None is the only good answer.

All compare in constant time over the raw bytes, before anything is parsed. Several secrets may be
valid at once while one is being replaced.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["stripe", "shopify", "hmac", "token"]
TOLERANCE_S = 300

MISSING = "the signature is missing"
MALFORMED = "the signature header cannot be read"
WRONG = "the signature does not match"
NO_SECRET = "no secret is set for this feed"  # noqa: S105 a message


@dataclass(frozen=True)
class SignatureRule:
    """How one feed's webhooks are signed.

    Attributes:
        header: Kinds hmac and token: the header that carries the signature or the token.
        prefix: Kind hmac: what stands before the digest (`sha256=`); kind token: `Bearer `.
        encoding: Kind hmac: how the digest is written.
        digest: Kind hmac: the hash function.
    """

    kind: Kind
    header: str = "X-Signature"
    prefix: str = ""
    encoding: Literal["hex", "base64"] = "hex"
    digest: Literal["sha256", "sha512", "sha1"] = "sha256"


def build_refusal(
    rule: SignatureRule,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
) -> str | None:
    """Why the request must be refused; None when it is genuine. Never contains a secret."""
    known = {name.lower(): value for name, value in headers.items()}
    usable = [secret for secret in secrets if secret]
    if not usable:
        return NO_SECRET
    if rule.kind == "stripe":
        return _refuse_stripe(known.get("stripe-signature"), body, usable, now)
    if rule.kind == "shopify":
        rule = SignatureRule("hmac", "X-Shopify-Hmac-Sha256", encoding="base64")
    found = known.get(rule.header.lower())
    if not found:
        return MISSING
    if not found.startswith(rule.prefix):
        return MALFORMED
    found = found.removeprefix(rule.prefix).strip()
    expected = usable
    if rule.kind != "token":
        expected = [_sign(secret, body, rule.digest, rule.encoding) for secret in usable]
        # Hex is the same in either case, base64 is not.
        found = found.lower() if rule.encoding == "hex" else found
    return None if _is_among(found, expected) else WRONG


def _refuse_stripe(
    header: str | None, body: bytes, secrets: Sequence[str], now: datetime
) -> str | None:
    """`t=1730700000,v1=<hex>[,v1=<hex>]`: any v1 may match, other schemes are ignored.

    Source: docs.stripe.com/webhooks#verify-manually and Stripe's Python library 16.1.0, which
    refuses only timestamps that are too old; read 2026-11.
    """
    if not header:
        return MISSING
    pairs = [part.strip().partition("=")[::2] for part in header.split(",")]
    times = [value for name, value in pairs if name == "t"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit():
        return MALFORMED
    signatures = [value for name, value in pairs if name == "v1"]
    if not signatures:
        return MISSING
    signed = times[0].encode() + b"." + body
    expected = [_sign(secret, signed, "sha256", "hex") for secret in secrets]
    if not any(_is_among(found, expected) for found in signatures):
        return WRONG
    if now.timestamp() - int(times[0]) > TOLERANCE_S:
        return f"the signature is older than {TOLERANCE_S} s"
    return None


def _sign(secret: str, content: bytes, digest: str, encoding: str) -> str:
    made = hmac.new(secret.encode(), content, getattr(hashlib, digest)).digest()
    return made.hex() if encoding == "hex" else base64.b64encode(made).decode()


def _is_among(found: str, expected: Sequence[str]) -> bool:
    # Bytes, because compare_digest refuses other than ASCII text.
    given = found.encode("utf-8", "backslashreplace")
    return any(hmac.compare_digest(given, one.encode()) for one in expected)
