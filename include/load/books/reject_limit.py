"""How many rejects are too many, and what is kept of a load that had them."""

from include.config.connector_spec import QuarantineLimit
from include.core.clock import utcnow
from include.core.errors import TooManyRejects
from include.destinations.layout import StreamLayout
from include.ledger import loads as ledger
from include.ledger import rejects as staged
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.load.books.rejects import key_kinds

TOP_REASONS = 3


def run_check_rejects(
    connection: Connection, place: LoadPlace, limit: QuarantineLimit, *, read: int
) -> None:
    """Compare the staged rejects with the stream's limit; those a person has dropped are free.

    Raises:
        TooManyRejects: With the most frequent reasons; the caller's transaction ends.
    """
    rows = staged.fetch_reasons(connection, place)
    rejects = sum(row[0] for row in rows)
    if rejects <= max(limit.least, limit.share * read):
        return
    reasons = "; ".join(
        f"{count} `{reason}` (such as: {detail})" for count, reason, detail in rows[:TOP_REASONS]
    )
    raise TooManyRejects(
        f"`{rejects}` of `{read}` records do not fit: {reasons}. Expected at most "
        f"{limit.share:.0%}, or {limit.least}. Nothing was loaded; look at them with `elt "
        f"quarantine list --tenant {place.tenant} --feed {place.feed} --stream "
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
    seconds = max(0.0, (utcnow() - place.started_at).total_seconds())
    with connection.transaction():
        load_id = ledger.run_record_failure(connection, place, error, seconds=seconds)
        staged.run_merge(connection, place, load_id, key_kinds(layout))
        staged.run_count_kept(connection, load_id, read)
    error.load_id = load_id
