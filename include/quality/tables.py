"""Which tables exist, with which keys: what the catalog and the ledger know of a feed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from include.config.connector_spec import Freshness
from include.config.models import Feed
from include.core import naming
from include.ledger.connection import Connection
from include.quality.builtin import StreamTable
from include.quality.check import Check
from include.quality.freshness import build_limits


def fetch_stream_tables(
    connection: Connection, feed: Feed, wanted: Iterable[str] | None = None
) -> list[StreamTable]:
    """The feed's streams, sorted by name: declared ones, or those the ledger has seen loaded.

    A declared stream that was never loaded is in the list without a key.

    Args:
        wanted: Only these streams; all when None.
    """
    keys = _fetch_keys(connection, feed.raw_schema)
    names = set(feed.streams)
    if feed.connector.streams_from_feed:
        names |= _fetch_loaded(connection, feed)
    if wanted is not None:
        names = set(wanted)
    counted = _fetch_counted(connection, feed)
    found = [_build(feed, name, keys) for name in sorted(names)]
    return [replace(one, is_counted=one.name in counted) for one in found]


def fetch_existing(connection: Connection, tables: Iterable[tuple[str, str]]) -> set[str]:
    """Those of the (schema, table) pairs that exist, as `schema.table`."""
    pairs = sorted(set(tables))
    rows = connection.execute(
        "select n.nspname || '.' || c.relname from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace "
        "join unnest(%s::text[], %s::text[]) as w (schema_name, table_name) "
        "on w.schema_name = n.nspname and w.table_name = c.relname",
        [[schema for schema, _ in pairs], [table for _, table in pairs]],
    )
    return {str(row[0]) for row in rows}


def fetch_columns(
    connection: Connection, schemas: Iterable[str]
) -> dict[tuple[str, str], dict[str, str]]:
    """(schema, table or view) -> column -> type without its length, in the columns' order."""
    rows = connection.execute(
        "select n.nspname, c.relname, a.attname, format_type(a.atttypid, null) from pg_attribute a "
        "join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'f') "
        "and a.attnum > 0 and not a.attisdropped order by 1, 2, a.attnum",
        [sorted(set(schemas))],
    )
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind in rows:
        found.setdefault((str(schema), str(table)), {})[str(column)] = str(kind)
    return found


def fetch_newest_loads(connection: Connection, tenant: str) -> dict[tuple[str, str], int]:
    """(feed, stream) -> last load of the schedule, or by hand, that wrote rows."""
    rows = connection.execute(
        "select feed, stream, max(load_id) from elt_ops.loads where tenant = %s "
        "and state = 'loaded' and kind in ('scheduled', 'manual') and inserted + updated > 0 "
        "group by feed, stream",
        [tenant],
    )
    return {(str(feed), str(stream)): int(load_id) for feed, stream, load_id in rows}


def find_unread(check: Check, feed: Feed, columns: Mapping[tuple[str, str], object]) -> str | None:
    """Why a check of the feed's stream cannot run, in words; None when it can.

    A check that compares two streams waits for both: a feed may load one of them only, and the
    other's table may be another feed's of the same connector, whose rows say nothing of this one.

    Args:
        columns: (schema, table) -> anything, for every table that exists.
    """
    if not feed.tenant.spec.destination.builds_marts:
        return (
            f"its rows are in {feed.tenant.spec.destination.kind}; checks of rows read PostgreSQL"
        )
    own = check.stream or ""
    for table in sorted({own, *check.tables}, key=lambda name: (name != own, name)):
        if not feed.connector.streams_from_feed and table.split("__")[0] not in feed.streams:
            return f"the feed does not load `{table}`"
        if (feed.raw_schema, table) not in columns:
            return (
                "the stream has not been loaded yet"
                if table == own
                else f"there is no `{table}` yet"
            )
    return None


def _build(feed: Feed, name: str, keys: dict[str, tuple[str, ...]]) -> StreamTable:
    declared = feed.streams.get(name)
    key = keys.get(name, ())
    if declared and key:
        key = declared.primary_key
    tables = [naming.child_table(name, child) for child in (declared.children if declared else ())]
    children = tuple(table for table in sorted(tables) if table in keys)
    freshness = declared.freshness if declared else Freshness()
    return StreamTable(name, key, build_limits(freshness, feed.schedule), children)


def _fetch_loaded(connection: Connection, feed: Feed) -> set[str]:
    rows = connection.execute(
        "select distinct stream from elt_ops.loads "
        "where (tenant, feed, state) = (%s, %s, 'loaded')",
        [feed.tenant.id, feed.name],
    )
    return {str(row[0]) for row in rows}


def _fetch_counted(connection: Connection, feed: Feed) -> set[str]:
    rows = connection.execute(
        "select distinct stream from elt_ops.loads "
        "where (tenant, feed, state) = (%s, %s, 'loaded') and vendor_count is not null",
        [feed.tenant.id, feed.name],
    )
    return {str(row[0]) for row in rows}


def _fetch_keys(connection: Connection, schema: str) -> dict[str, tuple[str, ...]]:
    """Table -> primary key columns without the lineage ones, for every table of the schema."""
    rows = connection.execute(
        "select c.relname, array(select a.attname::text from pg_index i, "
        "unnest(i.indkey::int[]) with ordinality as k (attnum, place), pg_attribute a "
        "where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid "
        "and a.attnum = k.attnum and a.attname <> %s order by k.place) "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relkind in ('r', 'p')",
        [naming.FEED, schema],
    )
    return {str(name): tuple(columns) for name, columns in rows}
