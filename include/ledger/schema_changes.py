"""What changed at the source and in raw tables: noticed once, told once, settled when it passes.

Nothing here commits: the caller's transaction decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from include.core.clock import utcnow
from include.core.streams import SchemaChange
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace

# Written once per field while they last, not by every load that sees them.
LASTING = ("unknown_field", "discarded_field", "vanished_field")


@dataclass(frozen=True, slots=True)
class Noticed:
    """A lasting change as stored; `is_open` until the field is declared or comes back."""

    change_id: int
    table: str
    column: str
    change: str
    is_open: bool


def fetch_noticed(connection: Connection, place: LoadPlace) -> list[Noticed]:
    """The stream's lasting changes, open and settled ones, oldest first."""
    rows = connection.execute(
        "select change_id, table_name, column_name, change, resolved_at is null "
        "from elt_ops.schema_changes where (tenant, feed, stream) = (%s, %s, %s) "
        "and change = any(%s) order by change_id",
        [place.tenant, place.feed, place.stream, list(LASTING)],
    ).fetchall()
    return [Noticed(*row) for row in rows]


def run_record_schema_changes(
    connection: Connection,
    place: LoadPlace,
    load_id: int,
    changes: Sequence[SchemaChange],
    *,
    alert_due: Iterable[SchemaChange] = (),
) -> tuple[SchemaChange, ...]:
    """Write the changes; returns those that were new.

    Args:
        alert_due: Those among them that people are to hear of.
    """
    due = set(alert_due)
    return tuple(
        change
        for change in changes
        if _insert(connection, place, load_id, change, alert_due=change in due)
    )


def _insert(
    connection: Connection,
    place: LoadPlace,
    load_id: int,
    change: SchemaChange,
    *,
    alert_due: bool,
) -> bool:
    found = connection.execute(
        "insert into elt_ops.schema_changes (tenant, feed, stream, table_name, column_name, "
        "change, old_type, new_type, records, load_id, noticed_at, alert_due) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        [
            *(place.tenant, place.feed, place.stream, change.table, change.column, change.change),
            *(change.old_type, change.new_type, change.records, load_id, utcnow(), alert_due),
        ],
    )
    return found.rowcount == 1


def run_settle(
    connection: Connection, load_id: int, change_ids: Sequence[int], resolved_by: str
) -> None:
    """Close lasting changes: the field is back (`came_back`) or has a column now (`declared`)."""
    if change_ids:
        connection.execute(
            "update elt_ops.schema_changes set resolved_at = clock_timestamp(), resolved_by = %s, "
            "resolved_load_id = %s where change_id = any(%s)",
            [resolved_by, load_id, list(change_ids)],
        )


def fetch_untold(connection: Connection, tenant: str, feed: str) -> list[dict[str, Any]]:
    """Changes people have not heard of yet, by load and then in the order noticed."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select change_id, stream, load_id, table_name, column_name, change, old_type, "
            "new_type from elt_ops.schema_changes where (tenant, feed) = (%s, %s) "
            "and alert_due and alerted_at is null order by load_id, change_id",
            [tenant, feed],
        )
        return cursor.fetchall()


def run_mark_told(connection: Connection, change_ids: Sequence[int]) -> None:
    """These changes have been alerted; nobody is told again."""
    connection.execute(
        "update elt_ops.schema_changes set alerted_at = clock_timestamp() "
        "where change_id = any(%s)",
        [list(change_ids)],
    )


def fetch_filled(connection: Connection, schema: str) -> dict[tuple[str, str], str]:
    """(table, column) -> declaration it was filled with."""
    rows = connection.execute(
        "select table_name, column_name, declaration from elt_ops.filled_columns "
        "where schema_name = %s",
        [schema],
    ).fetchall()
    return {(str(table), str(column)): str(text) for table, column, text in rows}


def run_note_filled(
    connection: Connection,
    place: tuple[str, str, str],
    declaration: str,
    records: int,
    load_id: int,
) -> None:
    """Remember that a column was filled.

    Args:
        place: Schema, table, column.
    """
    connection.execute(
        "insert into elt_ops.filled_columns (schema_name, table_name, column_name, declaration, "
        "records, load_id) values (%s, %s, %s, %s, %s, %s) "
        "on conflict (schema_name, table_name, column_name) do update set "
        "declaration = excluded.declaration, records = excluded.records, "
        "load_id = excluded.load_id, filled_at = clock_timestamp()",
        [*place, declaration, records, load_id],
    )


def fetch_dropped(connection: Connection, place: LoadPlace) -> set[tuple[str, str]]:
    """(table, path) of fields that were dropped, so that `_extra` never had them."""
    rows = connection.execute(
        "select table_name, column_name from elt_ops.schema_changes "
        "where (tenant, feed, stream) = (%s, %s, %s) and change = 'discarded_field'",
        [place.tenant, place.feed, place.stream],
    ).fetchall()
    return {(str(table), str(path)) for table, path in rows}
