"""Staged rejects into elt_ops.quarantine: one row per bad record, however often it comes back."""

from include.load.staging import REJECTS
from include.warehouse.connection import Connection
from include.warehouse.ledger import LoadPlace

MERGE_REJECTS = f"""
insert into elt_ops.quarantine as q (
    tenant, feed, stream, fingerprint, record_key, reason, detail, payload,
    first_seen, last_seen, seen_count, load_id
)
select
    %(tenant)s, %(feed)s, %(stream)s, fingerprint, min(record_key), min(reason), min(detail),
    min(payload), %(started_at)s, %(started_at)s, count(*), %(load_id)s
from {REJECTS}
group by fingerprint
on conflict (tenant, feed, stream, fingerprint) do update set
    last_seen = greatest(q.last_seen, excluded.last_seen),
    seen_count = q.seen_count + excluded.seen_count,
    record_key = excluded.record_key,
    detail = excluded.detail,
    load_id = excluded.load_id,
    -- A replayed record that comes back bad is open again; dropping one was a person's decision.
    state = case when q.state = 'replayed' then 'open' else q.state end
"""  # noqa: S608 the only value in it is our own table's name


def run_record_quarantine(connection: Connection, place: LoadPlace, load_id: int) -> None:
    """Merge the staged rejects inside the caller's transaction."""
    connection.execute(MERGE_REJECTS.encode(), place.row() | {"load_id": load_id})
