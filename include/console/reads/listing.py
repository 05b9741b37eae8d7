"""One tenant's lists out of elt_ops, newest first, a page at a time.

A page begins behind the last id of the one before, so rows that come meanwhile shift nothing.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg.rows import dict_row

from include.console.answers import Refusal
from include.ledger.connection import Connection

MOST = 200


@dataclass(frozen=True)
class Listing:
    """A table people page through.

    Attributes:
        filters: Query parameter -> SQL with its value as `%(<parameter>)s`.
    """

    table: str
    key: str
    columns: tuple[str, ...]
    filters: Mapping[str, str] = field(default_factory=dict)


_PLACE = {"feed": "feed = %(feed)s", "stream": "stream = %(stream)s"}
_STATE = {"state": "state = %(state)s"}

LOADS = Listing(
    "loads",
    "load_id",
    (
        "load_id", "tenant", "feed", "stream", "kind", "state", "dag_id", "run_id", "try_number",
        "window_start", "window_end", "read", "inserted", "updated", "unchanged", "quarantined",
        "filtered", "deleted", "cursor_before", "cursor_after", "seconds", "started_at",
        "finished_at", "error_class", "error_message", "notices",
    ),
    {
        **_PLACE,
        **_STATE,
        "kind": "kind = %(kind)s",
        "run": "run_id = %(run)s",
        "since": "finished_at >= %(since)s",
    },
)  # fmt: skip
SCHEMA_CHANGES = Listing(
    "schema_changes",
    "change_id",
    (
        "change_id", "tenant", "feed", "stream", "table_name", "column_name", "change", "old_type",
        "new_type", "load_id", "noticed_at", "records", "resolved_at", "resolved_by",
    ),
    _PLACE,
)  # fmt: skip
QUARANTINE = Listing(
    "quarantine",
    "quarantine_id",
    (
        "quarantine_id", "tenant", "feed", "stream", "record_key", "reason", "detail", "form",
        "first_seen", "last_seen", "seen_count", "load_id", "state", "resolution", "closed_at",
    ),
    {**_PLACE, **_STATE, "reason": "reason = %(reason)s"},
)  # fmt: skip
SCORES = Listing(
    "scores",
    "score_id",
    ("score_id", "tenant", "feed", "stream", "layer", "score", "checks", "failed", "scored_at",
     "reasons"),
    _PLACE,
)  # fmt: skip


def fetch_listing(
    connection: Connection,
    listing: Listing,
    tenant: str,
    asked: Mapping[str, Any],
    page: "Page",
) -> tuple[list[dict[str, Any]], str | None]:
    """Rows, and the cursor of the next page; None when there is none."""
    given = {name: value for name, value in asked.items() if value is not None}
    words = ["tenant = %(tenant)s", f"{listing.key} < %(after)s"]
    words += [listing.filters[name] for name in given]
    query = (
        f"select {', '.join(listing.columns)} from elt_ops.{listing.table} "  # noqa: S608 our words
        f"where {' and '.join(words)} order by {listing.key} desc limit %(limit)s"
    )
    values = {**given, "tenant": tenant, "after": page.after, "limit": page.limit + 1}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query.encode(), values).fetchall()
    if len(rows) <= page.limit:
        return rows, None
    return rows[: page.limit], build_cursor(rows[page.limit - 1][listing.key])


@dataclass(frozen=True)
class Page:
    """Where a page begins, and how long it is."""

    after: int = 2**62
    limit: int = 50


def build_cursor(key: int | str) -> str:
    """Opaque to those who use it."""
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def parse_cursor(text: str | None) -> int:
    """The id a page begins behind.

    Raises:
        Refusal: 422, when it is none of ours.
    """
    if text is None:
        return Page.after
    decoded = _decode(text)
    if decoded.isdigit() and len(decoded) < 19:
        return int(decoded)
    raise _none_of_ours()


def build_place_cursor(place: tuple[int, str, str]) -> str:
    """A cursor of a list that is sorted by a rank and two names."""
    return build_cursor("/".join(map(str, place)))


def parse_place_cursor(text: str | None) -> tuple[int, str, str] | tuple[()]:
    """The place a page begins behind; nothing, which is before all places, for the first page.

    Raises:
        Refusal: 422, when it is none of ours.
    """
    if text is None:
        return ()
    rank, _, names = _decode(text).partition("/")
    first, slash, second = names.partition("/")
    if rank.isdigit() and len(rank) < 3 and slash:
        return int(rank), first, second
    raise _none_of_ours()


def _decode(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (ValueError, binascii.Error) as error:
        raise _none_of_ours() from error


def _none_of_ours() -> Refusal:
    words = ("`cursor` is none of this list's.", "Take it from the page before, or leave it out.")
    return Refusal(422, "invalid", *words)
