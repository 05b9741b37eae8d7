"""One page of a list: its records, what it is recognised by, where it joins the page before."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from include.config.connector_spec import Stream
from include.core.errors import ContractBroken, UpstreamUnavailable
from include.core.value_text import show
from include.extract.record_path import MISSING, pick
from include.extract.rest.paginators import Step


@dataclass(frozen=True, slots=True)
class Listed:
    """Records of one answer, and the step that asks for what follows; None at the end."""

    records: list[dict[str, Any]]
    following: Step | None


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
    keys = ", ".join(sorted(body)[:8]) if isinstance(body, dict) else type(body).__name__
    raise ContractBroken(
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
