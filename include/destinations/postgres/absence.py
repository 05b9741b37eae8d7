"""Whether what a load has not read is gone at the source, and may be marked."""

import logging
from collections.abc import Sequence

from include.core.streams import RunKind
from include.destinations.layout import StreamLayout
from include.destinations.postgres.sweep import run_sweep
from include.ledger.connection import Connection
from include.load.books.quarantine import fetch_has_unkeyed
from include.load.plan import LoadPlan

log = logging.getLogger(__name__)


def run_mark_absent(
    connection: Connection,
    layout: StreamLayout,
    plan: LoadPlan,
    *,
    load_id: int,
    complete: Sequence[str],
    partial: bool,
    parts: int,
    inserted: int,
) -> int:
    """Mark rows the load shows to be gone; returns how many.

    Args:
        complete: Values of the sweep column the source declared complete.
        partial: The read leaves out what an earlier one delivered.
        parts: Parts of the read that are committed already.
        inserted: Rows this load has just inserted.

    Raises:
        TruncatedFetch: More than the stream's share would be marked.
    """
    sweep = plan.stream.sweep
    if sweep is None or not (complete or (plan.is_complete and not partial)):
        return 0
    if parts:
        # What earlier parts brought is no longer staged, and would all look gone.
        log.warning("sweep skipped stream=%s reason=committed_in_parts", plan.stream_name)
        return 0
    if fetch_has_unkeyed(connection):
        # A quarantined record exists at the source; nobody knows which row it is.
        log.warning(
            "sweep skipped tenant=%s feed=%s stream=%s reason=quarantined_without_key",
            *(plan.tenant, plan.feed, plan.stream_name),
        )
        return 0
    return run_sweep(
        connection,
        layout,
        sweep,
        feed=plan.feed,
        load_id=load_id,
        started_at=plan.started_at,
        limit_share=None if plan.accepts_less else plan.stream.sweep_limit_share,
        since=plan.window.start if plan.kind is RunKind.SWEEP else None,
        cursor=plan.stream.cursor.field if plan.stream.cursor else None,
        complete=complete,
        inserted=inserted,
    )
