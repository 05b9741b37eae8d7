"""How many rejects are too many, and what is kept of a load that had them."""

from psycopg import sql

from include.config.connector_spec import QuarantineLimit
from include.core.clock import utcnow
from include.core.errors import TooManyRejects
from include.destinations.layout import StreamLayout
from include.destinations.postgres.staging import REJECTS
from include.ledger import loads as ledger
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.load.books.quarantine import run_merge_rejects

TOP_REASONS = 3
COUNT = """
select count(*), r.reason, min(r.detail) from {} as r where not exists (
    select 1 from elt_ops.quarantine as q
    where (q.tenant, q.feed, q.stream, q.state) = (%(tenant)s, %(feed)s, %(stream)s, 'dropped')
    and q.fingerprint = r.fingerprint
) group by 2 order by 1 desc, 2
"""


def run_check_rejects(
    connection: Connection, place: LoadPlace, limit: QuarantineLimit, *, read: int
) -> None:
    """Compare the staged rejects with the stream's limit; those a person has dropped are free.

    Raises:
        TooManyRejects: With the most frequent reasons; the caller's transaction ends.
    """
    query = sql.SQL(COUNT).format(sql.Identifier(REJECTS))
    rows = connection.execute(query, place.row()).fetchall()
    rejects = sum(int(row[0]) for row in rows)
    if rejects <= max(limit.least, limit.share * read):
        return
    reasons = "; ".join(
        f"{count} `{reason}` (such as: {detail})" for count, reason, detail in rows[:TOP_REASONS]
    )
    raise TooManyRejects(
        f"`{rejects}` of `{read}` records do not fit: {reasons}. Expected at most "
        f"{limit.share:.0%}, or {limit.least}. Nothing was loaded; look at them with `python -m "
        f"include.cli quarantine list --tenant {place.tenant} --feed {place.feed} --stream "
        f"{place.stream}`, then correct the columns in connector.yaml, drop them, or let more "
        f"pass: `stream_settings: {{{place.stream}: {{quarantine: {{share: 1}}}}}}` in the "
        "tenant file."
    )


def run_keep_rejects(
    connection: Connection,
    place: LoadPlace,
    layout: StreamLayout,
    read: int,
    error: TooManyRejects,
) -> None:
    """Write the rejects and the failed ledger row by themselves: people need to see them."""
    seconds = (utcnow() - place.started_at).total_seconds()
    with connection.transaction():
        load_id = ledger.run_record_failure(connection, place, error, seconds=seconds)
        run_merge_rejects(connection, place, load_id, layout)
        connection.execute(
            "update elt_ops.loads set read = %s, quarantined = "
            "(select count(*) from elt_stage_rejects) where load_id = %s",
            [read, load_id],
        )
    error.load_id = load_id
