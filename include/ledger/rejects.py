"""The rejects of one load: staged beside the books, then merged into elt_ops.quarantine.

A row there is open until its record loads (by itself or replayed), a newer reading of it is
quarantined in its place, or a person drops it. Keys are compared as the text PostgreSQL gives the
key's type, wherever the record's own row is stored. Nothing here commits.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from psycopg import sql

from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace

REJECTS = "elt_stage_rejects"
MERGE = """
insert into elt_ops.quarantine as q (
    tenant, feed, stream, fingerprint, record_key, reason, detail, payload, form, key_values,
    first_seen, last_seen, seen_count, load_id
)
select
    %(tenant)s, %(feed)s, %(stream)s, fingerprint, min(record_key), min(reason), min(detail),
    min(payload), min(form), min({key}::text)::jsonb, %(started_at)s, %(started_at)s, count(*),
    %(load_id)s
from {rejects}
group by fingerprint
on conflict (tenant, feed, stream, fingerprint) do update set
    last_seen = greatest(q.last_seen, excluded.last_seen),
    seen_count = q.seen_count + excluded.seen_count,
    record_key = excluded.record_key,
    key_values = excluded.key_values,
    form = excluded.form,
    detail = excluded.detail,
    load_id = excluded.load_id,
    -- A record that comes back bad is open again; dropping one was a person's decision.
    state = case when q.state = 'dropped' then q.state else 'open' end,
    resolution = case when q.state = 'dropped' then q.resolution end,
    closed_at = case when q.state = 'dropped' then q.closed_at end,
    closed_load_id = case when q.state = 'dropped' then q.closed_load_id end
"""
CLOSE = """
update elt_ops.quarantine as q
set state = 'resolved', resolution = %(resolution)s, closed_at = clock_timestamp(),
    closed_load_id = %(load_id)s
where (q.tenant, q.feed, q.stream, q.state) = (%(tenant)s, %(feed)s, %(stream)s, 'open')
and not exists (select 1 from {rejects} as r where r.fingerprint = q.fingerprint) and {which}
"""
REASONS = """
select count(*), r.reason, min(r.detail) from {rejects} as r where not exists (
    select 1 from elt_ops.quarantine as q
    where (q.tenant, q.feed, q.stream, q.state) = (%(tenant)s, %(feed)s, %(stream)s, 'dropped')
    and q.fingerprint = r.fingerprint
) group by 2 order by 1 desc, 2
"""


class StagedReject(NamedTuple):
    """One row of the staging table, all of it text; `key_values` a JSON list or None."""

    fingerprint: str
    record_key: str
    reason: str
    detail: str
    payload: str
    key_values: str | None
    form: str


COLUMNS = StagedReject._fields


def run_create(connection: Connection) -> None:
    """Make the staging table; a killed process leaves none behind."""
    columns = ", ".join(f"{name} text" for name in COLUMNS)
    connection.execute(f"create temp table {REJECTS} ({columns})".encode())


def run_clear(connection: Connection) -> None:
    connection.execute(f"truncate {REJECTS}".encode())


def run_stage(connection: Connection, rows: Iterable[StagedReject]) -> None:
    """Copy them; texts must be such that PostgreSQL can hold them."""
    statement = f"copy {REJECTS} ({', '.join(COLUMNS)}) from stdin"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def fetch_has_unkeyed(connection: Connection) -> bool:
    """True when a staged reject does not say which row it is: absence then proves nothing."""
    query = f"select 1 from {REJECTS} where key_values is null limit 1"  # noqa: S608 our own words
    return connection.execute(query.encode()).fetchone() is not None


def fetch_keys(connection: Connection) -> list[list[str]]:
    """Keys of the staged rejects that say which row they are, as texts their types take."""
    query = f"select key_values::jsonb from {REJECTS} where key_values is not null"  # noqa: S608
    return [list(key) for (key,) in connection.execute(query.encode())]


def fetch_reasons(connection: Connection, place: LoadPlace) -> list[tuple[int, str, str]]:
    """(count, reason, a detail), most frequent first; what a person has dropped is left out."""
    query = sql.SQL(REASONS).format(rejects=sql.Identifier(REJECTS))
    rows = connection.execute(query, place.row()).fetchall()
    return [(int(count), str(reason), str(detail)) for count, reason, detail in rows]


def fetch_payloads(connection: Connection) -> list[tuple[str, str]]:
    """(payload, reason) of every staged reject."""
    rows = connection.execute(f"select payload, reason from {REJECTS}".encode())  # noqa: S608
    return [(str(payload), str(reason)) for payload, reason in rows]


def fetch_details(connection: Connection, reason: str) -> list[str]:
    """Details of the staged rejects that have this reason, repeated as often as they occur."""
    query = f"select detail from {REJECTS} where reason = %s"  # noqa: S608 our own words
    return [str(detail) for (detail,) in connection.execute(query.encode(), [reason])]


def fetch_open_keys(connection: Connection, place: LoadPlace) -> dict[int, str]:
    """Open records whose key is known: id -> the key as a JSON list of texts."""
    rows = connection.execute(
        "select quarantine_id, key_values::text from elt_ops.quarantine "
        "where (tenant, feed, stream, state) = (%s, %s, %s, 'open') and key_values is not null",
        [place.tenant, place.feed, place.stream],
    )
    return {int(number): str(key) for number, key in rows}


def run_merge(connection: Connection, place: LoadPlace, load_id: int, kinds: Sequence[str]) -> None:
    """Add the staged rejects, counting those that were seen before.

    Args:
        kinds: PostgreSQL's types of the primary key's columns.
    """
    statement = sql.SQL(MERGE).format(key=build_key(kinds), rejects=sql.Identifier(REJECTS))
    connection.execute(statement, place.row() | {"load_id": load_id})


def run_close_superseded(
    connection: Connection, place: LoadPlace, load_id: int, kinds: Sequence[str]
) -> None:
    """Close open records of which another bad reading is staged."""
    staged = sql.SQL("q.key_values in (select {} from {} where key_values is not null)")
    which = staged.format(build_key(kinds), sql.Identifier(REJECTS))
    _run_close(connection, place, load_id, "superseded", which)


def run_close(
    connection: Connection, place: LoadPlace, load_id: int, resolution: str, ids: Sequence[int]
) -> None:
    """Close these records, save those that are staged once more as they were."""
    if ids:
        which = sql.SQL("q.quarantine_id = any({})").format(sql.Literal(list(ids)))
        _run_close(connection, place, load_id, resolution, which)


def _run_close(
    connection: Connection, place: LoadPlace, load_id: int, resolution: str, which: sql.Composable
) -> None:
    statement = sql.SQL(CLOSE).format(rejects=sql.Identifier(REJECTS), which=which)
    connection.execute(statement, place.row() | {"load_id": load_id, "resolution": resolution})


def run_add_unread(
    connection: Connection,
    place: LoadPlace,
    load_id: int,
    rows: Sequence[tuple[str, StagedReject]],
) -> None:
    """Add values of stored records (feed, reject) that a new column could not take."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into elt_ops.quarantine as q (tenant, feed, stream, fingerprint, record_key, "
            "reason, detail, payload, key_values, form, first_seen, last_seen, load_id) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "on conflict (tenant, feed, stream, fingerprint) do update set "
            "last_seen = excluded.last_seen, seen_count = q.seen_count + 1",
            [
                (
                    place.tenant,
                    feed,
                    place.stream,
                    *row,
                    place.started_at,
                    place.started_at,
                    load_id,
                )
                for feed, row in rows
            ],
        )


def run_count_kept(connection: Connection, load_id: int, read: int) -> None:
    """Say on a failed load's row how many records it read, and how many of them were bad."""
    connection.execute(
        f"update elt_ops.loads set read = %s, quarantined = (select count(*) from {REJECTS}) "  # noqa: S608 our own words
        "where load_id = %s".encode(),
        [read, load_id],
    )


def build_key(kinds: Sequence[str]) -> sql.Composable:
    """A staged reject's key as elt_ops.quarantine keeps it; null when it is not known."""
    texts = [
        build_text(sql.SQL("(key_values::jsonb ->> {})").format(sql.Literal(number)), kind)
        for number, kind in enumerate(kinds)
    ]
    made = sql.SQL("case when key_values is not null then jsonb_build_array({}) end")
    return made.format(sql.SQL(", ").join(texts))


def build_text(value: sql.Composable, kind: str) -> sql.Composable:
    """Equal values give equal texts, whatever they looked like (1.50 and 1.5 are one number)."""
    typed = sql.SQL("{}::{}").format(value, sql.SQL(kind))
    if kind == "numeric":
        typed = sql.SQL("trim_scale({})").format(typed)
    return sql.SQL("({})::text").format(typed)
