"""What waits in elt_ops.quarantine: found by place, reason or id, and dropped by a person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg.rows import dict_row

from include.ledger.connection import Connection

COLUMNS = (
    "quarantine_id, tenant, feed, stream, record_key, reason, detail, first_seen, last_seen, "
    "seen_count, load_id, state, resolution, closed_at, closed_load_id, form"
)
WHERE = """
where tenant = %(tenant)s and feed = coalesce(%(feed)s, feed)
and stream = coalesce(%(stream)s, stream) and reason = coalesce(%(reason)s, reason)
and (%(ids)s::bigint[] is null or quarantine_id = any(%(ids)s))
and (%(state)s::text is null or state = %(state)s)
"""


@dataclass(frozen=True)
class QuarantineFilter:
    """Every given part narrows; `state` None takes closed records too."""

    tenant: str
    feed: str | None = None
    stream: str | None = None
    reason: str | None = None
    ids: tuple[int, ...] | None = None
    state: str | None = "open"

    def of_stream(self, stream: str) -> "QuarantineFilter":
        return replace(self, stream=stream)

    def row(self) -> dict[str, Any]:
        """Values by the names in `WHERE`."""
        return vars(self) | {"ids": None if self.ids is None else list(self.ids)}


def fetch_rows(
    connection: Connection, wanted: QuarantineFilter, *, limit: int | None = None
) -> list[dict[str, Any]]:
    """Records without their payload, most recently seen first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            f"select {COLUMNS} from elt_ops.quarantine {WHERE} "  # noqa: S608 our own words
            "order by last_seen desc, quarantine_id limit %(limit)s",
            wanted.row() | {"limit": limit},
        )
        return cursor.fetchall()


def fetch_counts(connection: Connection, wanted: QuarantineFilter) -> list[dict[str, Any]]:
    """How many records by feed, stream, reason and state, the most first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select feed, stream, reason, state, count(*) as records, "  # noqa: S608 our own words
            "sum(seen_count)::bigint as seen, min(first_seen) as first_seen, "
            f"max(last_seen) as last_seen from elt_ops.quarantine {WHERE} "
            "group by 1, 2, 3, 4 order by records desc, 1, 2, 3, 4",
            wanted.row(),
        )
        return cursor.fetchall()


def fetch_record(connection: Connection, tenant: str, quarantine_id: int) -> dict[str, Any] | None:
    """One record with its payload."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            f"select {COLUMNS}, key_values, payload from elt_ops.quarantine "  # noqa: S608 as above
            "where (tenant, quarantine_id) = (%s, %s)",
            [tenant, quarantine_id],
        )
        return cursor.fetchone()


def fetch_payloads(
    connection: Connection, tenant: str, ids: Sequence[int]
) -> list[tuple[str, str, str, str]]:
    """(key, reason, detail, payload) of these records, in the order of their ids."""
    found = connection.execute(
        "select record_key, reason, detail, payload from elt_ops.quarantine "
        "where tenant = %s and quarantine_id = any(%s) order by quarantine_id",
        [tenant, list(ids)],
    )
    return list(found.fetchall())


def run_drop(connection: Connection, wanted: QuarantineFilter, reason: str) -> int:
    """Close open records for good, in the caller's transaction; returns how many."""
    done = connection.execute(
        "update elt_ops.quarantine "  # noqa: S608 our own words
        "set state = 'dropped', resolution = %(why)s, "
        f"closed_at = clock_timestamp() {WHERE} and state = 'open'",
        wanted.row() | {"why": reason},
    )
    return done.rowcount


def run_edit(connection: Connection, tenant: str, quarantine_id: int, payload: str) -> bool:
    """Give an open record another payload; False when it is not open, or no loader reads its form.

    Its fingerprint stays: the same record, seen again, is still this one.
    """
    done = connection.execute(
        "update elt_ops.quarantine set payload = %s where (tenant, quarantine_id) = (%s, %s) "
        "and state = 'open' and form in ('record', 'row')",
        [payload, tenant, quarantine_id],
    )
    return done.rowcount == 1
