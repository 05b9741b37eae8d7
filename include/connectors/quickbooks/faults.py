"""Intuit's error bodies to the error tree.

`{"Fault": {"Error": [{"code", ...}], "type"}}`, in lower case for 401, 403 and 429, and possible
with HTTP 200. Codes and types are shown, messages never: they quote requests.
"""

from typing import Any

from include.core.errors import (
    AccessDenied,
    ContractBroken,
    EltError,
    RateLimited,
    UpstreamError,
    UpstreamUnavailable,
)
from include.extract.http.status import build_status_error

# Over the limit Intuit says how long only in its pages.
THROTTLED_S = 60.0
THROTTLED = frozenset({"3001", "003001"})
# Token, company or sandbox mixed up, no right, subscription ended.
DENIED = frozenset({"3200", "003200", "3100", "003100", "120", "6190"})
DENIED_TYPES = frozenset({"AUTHENTICATION", "AUTHENTICATIONFAULT", "AUTHORIZATIONFAULT"})


def find_fault(body: Any) -> tuple[str, tuple[str, ...]] | None:
    """Type in upper case and codes of a fault; None when the body is none."""
    fault = (body.get("Fault") or body.get("fault")) if isinstance(body, dict) else None
    if not isinstance(fault, dict):
        return None
    errors = fault.get("Error") or fault.get("error") or []
    listed = [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
    codes = tuple(str(e["code"]) for e in listed if str(e.get("code", "")).isalnum())
    return str(fault.get("type", "")).upper(), codes


def explain(what: str, status: int, retry_after_s: float | None, body: Any) -> EltError:
    """The error for an answer that is not 2xx."""
    if status == 429 and retry_after_s is None:
        retry_after_s = THROTTLED_S
    kind, codes = find_fault(body) or ("", ())
    if status == 400 and (kind in DENIED_TYPES or DENIED & set(codes)):
        return build_fault_error(what, kind, codes)
    words = {"error": {"type": kind or None, "code": "-".join(codes) or None}}
    return build_status_error(what, status, retry_after_s, words)


def build_fault_error(what: str, kind: str, codes: tuple[str, ...]) -> UpstreamError:
    """The error for a fault in an answer of status 200 (or a 400 that is about rights)."""
    told = f"`{what}` answered a fault ({', '.join((kind, *codes))})"
    if kind in DENIED_TYPES or DENIED & set(codes):
        return AccessDenied(
            f"{told}: access denied. Expected an authorized company. Check the realm id, the app's "
            "keys (production or sandbox) and the company's subscription."
        )
    if THROTTLED & set(codes):
        return RateLimited(
            f"{told}: too many requests. Expected at most the agreed rate. Try again in 60 s.",
            retry_after_s=THROTTLED_S,
        )
    if kind == "SYSTEMFAULT":
        return UpstreamUnavailable(
            f"{told}: QuickBooks failed. Expected rows. It is tried again later."
        )
    return ContractBroken(
        f"{told}: the request was refused. Expected rows. Check the entity and minorversion in "
        "connector.yaml."
    )
