"""Answers of status 2xx that are no list, or not the whole of it, although they look like one.

Believed, an empty list says that everything is gone at the source.
"""

from typing import Any

from include.config.blocks.paginator import Paginator
from include.core.errors import ContractBroken, UpstreamError, UpstreamUnavailable
from include.extract.http.client import Answer
from include.extract.http.status import error_words
from include.extract.record_path import MISSING, pick

ACCEPTED, NO_CONTENT, PARTIAL = 202, 204, 206
_FAULT_KEYS = ("error", "errors")
_SUCCESS_KEYS = ("success", "ok")
_FAILED = frozenset(("error", "fail", "failed", "failure"))
_NOTHING = frozenset(("", "0", "false", "no", "none", "null", "ok"))


def find_refusal(
    answer: Answer, where: str | None, paginator: Paginator, path: str
) -> UpstreamError | None:
    """Why the answer is not believed; None for a list.

    Args:
        where: Where records stand; None where the answer itself is the list.
    """
    if answer.status == ACCEPTED:
        return UpstreamUnavailable(
            f"`{path}` answered 202: the source has not finished. Expected 200. It is tried again "
            "later."
        )
    if answer.status == PARTIAL and paginator.kind == "single":
        return ContractBroken(
            f"`{path}` answered 206, a part of the list. Expected all of it, or pages. Give the "
            "stream a `paginator`."
        )
    if answer.body is None and answer.status != NO_CONTENT and where:
        return ContractBroken(
            f"`{path}` answered `null`. Expected an object with `{where}`. Run again; if it stays, "
            "report it to the vendor."
        )
    # Without a list it is told as one that is missing, with what stands there instead.
    is_listed = where is None or pick(answer.body, where, MISSING) is not MISSING
    return _build_fault(answer.body, path) if is_listed else None


def require_no_fault(body: Any, path: str) -> None:
    """For lists that a connector of its own code reads.

    Raises:
        UpstreamUnavailable: If the answer says that it failed.
    """
    error = _build_fault(body, path)
    if error is not None:
        raise error


def _build_fault(body: Any, path: str) -> UpstreamUnavailable | None:
    fault = _find_fault(body)
    if fault is None:
        return None
    words = error_words(body)
    return UpstreamUnavailable(
        f"`{path}` answered and says under `{fault}` that it failed"
        + (f" ({words})" if words else "")
        + ". Expected records. It is tried again later."
    )


def _find_fault(body: Any) -> str | None:
    """Key under which the answer says so."""
    if not isinstance(body, dict):
        return None
    for key in _FAULT_KEYS:
        if _is_fault(body.get(key)):
            return key
    for key in _SUCCESS_KEYS:
        if body.get(key) is False:
            return key
    said = body.get("status")
    return "status" if isinstance(said, str) and said.lower() in _FAILED else None


def _is_fault(said: Any) -> bool:
    """An object may count its errors: `{"count": 0}` is none."""
    if isinstance(said, dict):
        return any(_is_fault(pick(said, key)) for key in said)
    if isinstance(said, str):
        return said.strip().lower() not in _NOTHING
    return bool(said)
