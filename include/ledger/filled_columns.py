"""Columns that were filled from `_extra` when they were declared, as declared then."""

from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace


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
