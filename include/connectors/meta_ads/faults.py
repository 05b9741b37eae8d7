"""Meta's error bodies to the error tree; most come with HTTP 400, some with 200.

Only code and subcode decide and are shown; messages quote requests.
"""

from collections.abc import Callable
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

THROTTLED = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
# 368: blocked for a while for a reason a person must look at.
DENIED = frozenset({3, 10, 102, 190, 368, *range(200, 300)})
PASSING = frozenset({-2, 1, 2, 104, 960})
Fault = tuple[int, int | None]
LOST: frozenset[Fault] = frozenset({(100, 33)})
# Asked for too early, or for too much at once.
NOT_READY: Fault = (2601, 1815107)
TOO_MUCH: frozenset[Fault] = frozenset({(100, 1487534), (100, 1504018), (2, 1504038)})
# When no header says how long.
WAIT_S = 600.0


def find_fault(body: Any) -> Fault | None:
    """Code and subcode; None when the body is no error."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        return None
    subcode = error.get("error_subcode")
    return error["code"], subcode if isinstance(subcode, int) else None


def is_one_of(error: EltError, faults: frozenset[Fault]) -> bool:
    """Whether one of these faults is behind the error; our message names it."""
    return any(_words(fault) in error.message for fault in faults)


def _words(fault: Fault) -> str:
    code, subcode = fault
    return f"(code {code}/{subcode})" if subcode else f"(code {code})"


def build_explain(find_wait: Callable[[], float | None]) -> Callable[..., EltError]:
    """The rule an `HttpClient` asks for an answer that is not 2xx.

    Args:
        find_wait: Seconds the headers of the last answer say to wait.
    """

    def explain(what: str, status: int, retry_after_s: float | None, body: Any) -> EltError:
        fault = find_fault(body)
        if fault is None:
            return build_status_error(what, status, retry_after_s, body)
        error = build_fault_error(what, fault, retry_after_s or find_wait(), status)
        error.status = status
        return error

    return explain


def build_fault_error(
    what: str, fault: Fault, wait_s: float | None, status: int = 200
) -> UpstreamError:
    """The error for a code and subcode."""
    code, _ = fault
    told = f"`{what}` answered {status} {_words(fault)}"
    if code in THROTTLED:
        wait = wait_s or WAIT_S
        return RateLimited(
            f"{told}: too many requests. Expected at most the ad account's allowance. "
            f"Try again in {wait:.0f} s.",
            retry_after_s=wait,
        )
    if code in DENIED:
        return AccessDenied(
            f"{told}: access denied. Expected a valid token with ads_read for this ad account. "
            "Make a new one and assign the account to the system user."
        )
    if fault in TOO_MUCH:
        return ContractBroken(
            f"{told}: too much data. Expected less. Lower the option `days_per_report`."
        )
    if fault in LOST:
        return ContractBroken(
            f"{told}: no such object, or no access to it. Expected the ad account or report. "
            "Check account_ids and who may see them."
        )
    if code in PASSING or fault == NOT_READY or status >= 500:
        return UpstreamUnavailable(f"{told}: Meta failed. Expected rows. It is tried again later.")
    return ContractBroken(
        f"{told}: the request was refused. Expected rows. Check the Graph version and the fields "
        "declared in connector.yaml."
    )
