"""One page of a list: its records, what it is recognised by, where it joins the page before."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from include.config.connector_spec import Stream
from include.core.errors import ContractBroken, UpstreamUnavailable
from include.core.streams import Reject
from include.core.value_text import show
from include.extract.record_path import MISSING, pick
from include.extract.rest.paginators import Step

MOST_LETTERS = 100_000


@dataclass(frozen=True, slots=True)
class Listed:
    """Records of one answer, and the step that asks for what follows; None at the end."""

    records: list[dict[str, Any]]
    following: Step | None
    rejects: tuple[Reject, ...] = ()


def pick_records(body: Any, where: str | None, path: str) -> list[dict[str, Any]]:
    """The records of an answer; null in the list's place, or no answer at all, is an empty list.

    Raises:
        ContractBroken: If there is no list of objects at `where`.
    """
    found = pick(body, where, MISSING) if where else body
    if body is None or found is None:
        return []
    if isinstance(found, list) and all(isinstance(record, dict) for record in found):
        return found
    raise _no_list(body, where, path)


def pick_elements(body: Any, where: str | None, path: str) -> list[Any]:
    """As `pick_records`, with whatever stands among the objects: `split_elements` sets it aside.

    Raises:
        ContractBroken: If there is no list at `where`, or one without any object in it.
    """
    found = pick(body, where, MISSING) if where else body
    if not isinstance(found, list) or not any(isinstance(record, dict) for record in found):
        return pick_records(body, where, path)
    return found


def split_elements(
    elements: list[Any], path: str
) -> tuple[list[dict[str, Any]], tuple[Reject, ...]]:
    """Records, and the others for quarantine: one null in a list is no reason to lose the rest."""
    odd = tuple(
        Reject(
            f"{path}:{at}",
            "not_an_object",
            f"element {at} of an answer of `{path}` is no object",
            show(element)[:MOST_LETTERS],
        )
        for at, element in enumerate(elements)
        if not isinstance(element, dict)
    )
    return [one for one in elements if isinstance(one, dict)] if odd else elements, odd


def _no_list(body: Any, where: str | None, path: str) -> ContractBroken:
    keys = ", ".join(sorted(body)[:8]) if isinstance(body, dict) else type(body).__name__
    return ContractBroken(
        f"the answer of `{path}` has no list of records at `{where or 'top level'}`, it has: "
        f"{keys or 'nothing'}. Expected a list of objects. Check `records_path` and the version."
    )


def build_digest(records: list[dict[str, Any]]) -> bytes:
    """What a page is recognised by when it comes twice; empty pages are never recognised."""
    if not records:
        return b""
    try:
        content = orjson.dumps(records, default=str)
    except TypeError:  # an integer beyond 64 bits, half a surrogate pair
        content = show(records).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(content, digest_size=16).digest()


def pick_key(stream: Stream, records: list[dict[str, Any]]) -> tuple[Any, ...] | None:
    """Primary key of the last record of a page."""
    if not records:
        return None
    return tuple(pick(records[-1], stream.columns[k].path or k) for k in stream.primary_key)


def drop_overlap(
    stream: Stream, records: list[dict[str, Any]], before: tuple[Any, ...] | None, path: str
) -> list[dict[str, Any]]:
    """A page without its first record, which must be the last one of the page before.

    Raises:
        UpstreamUnavailable: If it is another one: the list shifted and records may be missing.
    """
    if before is None or not records:
        return records
    if pick_key(stream, records[:1]) != before:
        raise UpstreamUnavailable(
            f"the list `{path}` shifted while it was read: records were added or removed. Expected "
            "each page to begin where the one before ended. It is read again from the start."
        )
    return records[1:]
