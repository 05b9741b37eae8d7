"""Is a webhook genuine? One pure function per way of signing; None is the only good answer.

All compare in constant time over the raw bytes, before anything is parsed. Several secrets may be
valid at once while one is being replaced.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from include.core.webhook_event import fetch_instant

Kind = Literal[
    "stripe", "shopify", "square", "callrail", "gohighlevel", "meta", "hmac", "token"
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
TOLERANCE_S = 300
# A vendor that signs once and repeats the request for hours must get through after an outage; what
# is younger than the inbox remembers (90 days) is a repeat there anyway.
DAY_S = 86_400

MISSING = "the signature is missing"
MALFORMED = "the signature header cannot be read"
WRONG = "the signature does not match"
TOO_OLD = "the signature is too old"
NO_TIME = "the request does not say when it was signed"
NO_SECRET = "no secret is set for this feed"  # noqa: S105 a message


@dataclass(frozen=True)
class SignatureRule:
    """How one feed's webhooks are signed.

    Attributes:
        header: Kinds hmac and token: the header that carries the signature or the token.
        prefix: Kind hmac: what stands before the digest (`sha256=`); kind token: `Bearer `.
        encoding: Kind hmac: how the digest is written.
        digest: Kind hmac: the hash function.
        signed: Kind hmac: what is signed, of `{body}`, `{url}` and `{timestamp}`.
        timestamp: Where the request says when it was signed, as in EventPaths; None: nowhere.
        tolerance_s: How old it may be by that time.
        is_timestamped: A request without a readable time is refused.
        url: The address the sender was given, byte for byte.
    """

    kind: Kind
    header: str = "X-Signature"
    prefix: str = ""
    encoding: Literal["hex", "base64"] = "hex"
    digest: Literal["sha256", "sha512", "sha1"] = "sha256"
    signed: str = "{body}"
    timestamp: str | None = None
    tolerance_s: int = TOLERANCE_S
    is_timestamped: bool = True
    url: str = ""


# Vendors' own pages, read 2026-11: shopify.dev/docs/apps/build/webhooks/subscribe/https,
# developer.squareup.com/docs/webhooks/step3validate, apidocs.callrail.com/#webhooks,
# developers.facebook.com/docs/graph-api/webhooks/getting-started.
PRESETS = {
    "shopify": SignatureRule("hmac", "X-Shopify-Hmac-Sha256", encoding="base64"),
    "square": SignatureRule(
        "hmac", "X-Square-HmacSha256-Signature", encoding="base64", signed="{url}{body}"
    ),
    "callrail": SignatureRule(
        *("hmac", "Signature", "", "base64", "sha1"),
        timestamp="timestamp",
        tolerance_s=DAY_S,
        is_timestamped=False,
    ),
    "meta": SignatureRule("hmac", "X-Hub-Signature-256", "sha256="),
    "gohighlevel": SignatureRule(
        "gohighlevel", timestamp="timestamp", tolerance_s=DAY_S, is_timestamped=False
    ),
}


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
    if rule.kind in PRESETS:
        rule = replace(PRESETS[rule.kind], url=rule.url)
    if rule.kind == "gohighlevel":
        refusal = _refuse_public_key(known, body, usable)
    else:
        refusal = _refuse_shared_secret(rule, known, body, usable)
    return refusal or _refuse_age(rule, known, body, now)


def _refuse_shared_secret(
    rule: SignatureRule, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]
) -> str | None:
    found = headers.get(rule.header.lower())
    if not found:
        return MISSING
    if not found.startswith(rule.prefix):
        return MALFORMED
    found = found.removeprefix(rule.prefix).strip()
    expected = secrets
    if rule.kind != "token":
        signed = _build_signed(rule, headers, body)
        if signed is None:
            return MALFORMED
        expected = [_sign(secret, signed, rule.digest, rule.encoding) for secret in secrets]
        # Hex is the same in either case, base64 is not.
        found = found.lower() if rule.encoding == "hex" else found
    return None if _is_among(found, expected) else WRONG


def _build_signed(rule: SignatureRule, headers: Mapping[str, str], body: bytes) -> bytes | None:
    """The bytes under the signature; None when they need a time the headers do not hold."""
    if rule.signed == "{body}":
        return body
    time = headers.get((rule.timestamp or "").removeprefix("header:").lower())
    if "{timestamp}" in rule.signed and time is None:
        return None
    before, _, after = rule.signed.partition("{body}")
    parts = [
        text.replace("{url}", rule.url).replace("{timestamp}", time or "")
        for text in (before, after)
    ]
    return parts[0].encode() + body + parts[1].encode()


def _refuse_age(
    rule: SignatureRule, headers: Mapping[str, str], body: bytes, now: datetime
) -> str | None:
    """A request from the past is refused, one from the future is a clock that goes wrong."""
    if rule.timestamp is None:
        return None
    at = fetch_instant(rule.timestamp, headers, body)
    if at is None:
        return NO_TIME if rule.is_timestamped else None
    return TOO_OLD if (now - at).total_seconds() > rule.tolerance_s else None


def _refuse_public_key(headers: Mapping[str, str], body: bytes, keys: Sequence[str]) -> str | None:
    """GoHighLevel signs with a key of its own; the public half it shows is the feed's secret.

    `X-GHL-Signature` is Ed25519, the older `X-WH-Signature` RSA with PKCS#1 v1.5 and SHA-256. A
    request with both must pass by a key of either kind. Source: docs/oauth/WebhookAuthentication.md
    of GoHighLevel/highlevel-api-docs, read 2026-11.
    """
    # Only this vendor needs it.
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    is_signed = False
    for text in keys:
        try:
            key = load_pem_public_key(text.replace("\\n", "\n").encode())
        except (ValueError, UnsupportedAlgorithm):
            continue
        name = "x-ghl-signature" if isinstance(key, Ed25519PublicKey) else "x-wh-signature"
        if name not in headers:
            continue
        is_signed = True
        try:
            found = base64.b64decode(headers[name], validate=True)
            if isinstance(key, Ed25519PublicKey):
                key.verify(found, body)
                return None
            if isinstance(key, RSAPublicKey):
                key.verify(found, body, PKCS1v15(), hashes.SHA256())
                return None
        except (InvalidSignature, binascii.Error, ValueError):
            continue
    return WRONG if is_signed else MISSING


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
        return TOO_OLD
    return None


def _sign(secret: str, content: bytes, digest: str, encoding: str) -> str:
    made = hmac.new(secret.encode(), content, getattr(hashlib, digest)).digest()
    return made.hex() if encoding == "hex" else base64.b64encode(made).decode()


def _is_among(found: str, expected: Sequence[str]) -> bool:
    # Bytes, because compare_digest refuses other than ASCII text.
    given = found.encode("utf-8", "backslashreplace")
    return any(hmac.compare_digest(given, one.encode()) for one in expected)
