"""How many rejects are too many, and what is kept of a load that had them."""

from psycopg import sql

from include.config.connector_spec import QuarantineLimit
from include.core.clock import utcnow
from include.core.errors import TooManyRejects
from include.load.layout import StreamLayout
from include.load.quarantine import run_merge_rejects
from include.load.staging import REJECTS
from include.warehouse import ledger
from include.warehouse.connection import Connection
from include.warehouse.ledger import LoadPlace

TOP_REASONS = 3


def run_check_rejects(
    connection: Connection, place: LoadPlace, limit: QuarantineLimit, *, read: int
) -> None:
    """Compare the staged rejects with the stream's limit.

    Raises:
        TooManyRejects: With the most frequent reasons; the caller's transaction ends.
    """
    table = sql.Identifier(REJECTS)
    counted = connection.execute(sql.SQL("select count(*) from {}").format(table)).fetchone()
    rejects = int(counted[0]) if counted else 0
    if rejects <= max(limit.least, limit.share * read):
        return
    query = sql.SQL("select count(*), reason, min(detail) from {} group by 2 order by 1 desc, 2")
    rows = connection.execute(query.format(table)).fetchall()[:TOP_REASONS]
    reasons = "; ".join(f"{count} `{reason}` (such as: {detail})" for count, reason, detail in rows)
    raise TooManyRejects(
        f"`{rejects}` of `{read}` records do not fit: {reasons}. Expected at most "
        f"{limit.share:.0%}, or {limit.least}. Nothing was loaded; look at them with `python -m "
        f"include.cli quarantine list --tenant {place.tenant} --feed {place.feed} --stream "
        f"{place.stream}`, then correct the columns in connector.yaml, or let more pass: "
        f"`stream_settings: {{{place.stream}: {{quarantine: {{share: 1}}}}}}` in the tenant file."
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
