"""Staged rejects into elt_ops.quarantine: one row per bad record, however often it comes back.

A row is open until its record loads (by itself or replayed), a newer reading of it is quarantined
in its place, or a person drops it. Keys are compared as the text PostgreSQL gives the key's type.
"""

from collections.abc import Sequence

from psycopg import sql

from include.destinations.column_types import SQL_TYPES
from include.destinations.layout import StreamLayout
from include.destinations.postgres.staging import REJECTS
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace

MERGE_REJECTS = """
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
HAS_OPEN = """
select 1 from elt_ops.quarantine
where (tenant, feed, stream, state) = (%(tenant)s, %(feed)s, %(stream)s, 'open')
and key_values is not null limit 1
"""


def run_record_quarantine(
    connection: Connection,
    place: LoadPlace,
    load_id: int,
    layout: StreamLayout,
    *,
    replayed: Sequence[int] = (),
) -> None:
    """Merge the staged rejects and close what this load has settled, in the caller's transaction.

    Args:
        replayed: Ids of the quarantined records this load carries.
    """
    known = place.row() | {"load_id": load_id, "replayed": list(replayed)}
    if replayed:
        which = sql.SQL("q.quarantine_id = any(%(replayed)s)")
        _run_close(connection, known, "replayed", which)
    if connection.execute(HAS_OPEN, known).fetchone() is not None:
        rejected = sql.SQL("select {} from {} where key_values is not null").format(
            build_reject_key(layout), sql.Identifier(REJECTS)
        )
        among = sql.SQL("q.key_values in ({})")
        _run_close(connection, known, "superseded", among.format(rejected))
        staged = sql.SQL("select {} from {} as s").format(
            _build_stage_key(layout), sql.Identifier(layout.parent.stage)
        )
        _run_close(connection, known, "loaded", among.format(staged))
    run_merge_rejects(connection, place, load_id, layout)


def run_merge_rejects(
    connection: Connection, place: LoadPlace, load_id: int, layout: StreamLayout
) -> None:
    """Add the staged rejects, counting those that were seen before."""
    statement = sql.SQL(MERGE_REJECTS).format(
        key=build_reject_key(layout), rejects=sql.Identifier(REJECTS)
    )
    connection.execute(statement, place.row() | {"load_id": load_id})


def _run_close(
    connection: Connection, known: dict[str, object], resolution: str, which: sql.Composable
) -> None:
    statement = sql.SQL(CLOSE).format(rejects=sql.Identifier(REJECTS), which=which)
    connection.execute(statement, known | {"resolution": resolution})


def build_reject_key(layout: StreamLayout) -> sql.Composable:
    """A staged reject's key as elt_ops.quarantine keeps it; null when it is not known."""
    texts = [
        _build_text(sql.SQL("(key_values::jsonb ->> {})").format(sql.Literal(number)), kind)
        for number, kind in enumerate(_key_types(layout))
    ]
    made = sql.SQL("case when key_values is not null then jsonb_build_array({}) end")
    return made.format(sql.SQL(", ").join(texts))


def build_is_rejected(layout: StreamLayout, alias: str) -> sql.Composable:
    """Condition: the row of table `alias` has the key of a staged reject.

    Only rejects whose key is known can say so: ask `fetch_has_unkeyed` first.
    """
    same = [
        sql.SQL("{}.{} = (r.key_values::jsonb ->> {})::{}").format(
            sql.Identifier(alias), sql.Identifier(key), sql.Literal(number), sql.SQL(kind)
        )
        for number, (key, kind) in enumerate(
            zip(layout.primary_key, _key_types(layout), strict=True)
        )
    ]
    made = "exists (select 1 from {} as r where r.key_values is not null and {})"
    return sql.SQL(made).format(sql.Identifier(REJECTS), sql.SQL(" and ").join(same))


def fetch_has_unkeyed(connection: Connection) -> bool:
    """True when a staged reject does not say which row it is: absence then proves nothing."""
    query = sql.SQL("select 1 from {} where key_values is null limit 1")
    return connection.execute(query.format(sql.Identifier(REJECTS))).fetchone() is not None


def _build_stage_key(layout: StreamLayout) -> sql.Composable:
    texts = [
        _build_text(sql.SQL("s.{}").format(sql.Identifier(key)), kind)
        for key, kind in zip(layout.primary_key, _key_types(layout), strict=True)
    ]
    return sql.SQL("jsonb_build_array({})").format(sql.SQL(", ").join(texts))


def _key_types(layout: StreamLayout) -> list[str]:
    return [SQL_TYPES[layout.parent.types[key]] for key in layout.primary_key]


def _build_text(value: sql.Composable, kind: str) -> sql.Composable:
    """Equal values give equal texts, whatever they looked like (1.50 and 1.5 are one number)."""
    typed = sql.SQL("{}::{}").format(value, sql.SQL(kind))
    if kind == "numeric":
        typed = sql.SQL("trim_scale({})").format(typed)
    return sql.SQL("({})::text").format(typed)
