"""Whether what a load has not read is gone at the source, and may be marked."""

import logging
from collections.abc import Sequence

from include.core.errors import TruncatedFetch
from include.core.streams import RunKind
from include.destinations.protocol import Sweep, Swept
from include.ledger.connection import Connection
from include.ledger.loads import fetch_last_delivered
from include.ledger.rejects import fetch_has_unkeyed
from include.load.plan import LoadPlan

log = logging.getLogger(__name__)

# A paged API that stops early looks like success. Small streams may shrink as they like.
SMALL_STREAM = 20
_SMALLER = (
    "the read holds `{}` of `{}` known rows. A complete read lacks at most {:.0%} of them "
    "(`sweep_limit_share`). The old rows stay; if the source really shrank, accept it once by "
    "hand: a manual run, or a sweep with `--accept-deletes`."
)


def fetch_sweep(
    connection: Connection, plan: LoadPlan, complete: Sequence[str], *, partial: bool, parts: int
) -> Sweep | None:
    """What the load may mark as gone; None: its read proves nothing.

    Args:
        connection: That of the books, where the rejects are staged.
        complete: Values of the sweep column the source declared complete.
        partial: The read leaves out what an earlier one delivered.
        parts: Parts of the read that are committed already.
    """
    column = plan.stream.sweep
    if column is None or not (complete or (plan.is_complete and not partial)):
        return None
    if parts:
        # What earlier parts brought is no longer staged, and would all look gone.
        log.warning("sweep skipped stream=%s reason=committed_in_parts", plan.place.stream)
        return None
    if fetch_has_unkeyed(connection):
        # A quarantined record exists at the source; nobody knows which row it is.
        log.warning(
            "sweep skipped tenant=%s feed=%s stream=%s reason=quarantined_without_key",
            *plan.place.names,
        )
        return None
    return Sweep(
        column,
        tuple(complete),
        plan.place.window.start if plan.place.kind is RunKind.SWEEP else None,
        plan.stream.cursor.field if plan.stream.cursor else None,
    )


def check_swept(plan: LoadPlan, sweep: Sweep, swept: Swept, inserted: int) -> None:
    """Compare what a sweep marks with what was there.

    A part that is read again is measured against itself, else an empty month passes among years;
    and against what was there before, because renaming replaces all of its rows.

    Args:
        inserted: Rows this load has just inserted.

    Raises:
        TruncatedFetch: More than the stream's share would be marked. Nothing of the load is kept.
    """
    if plan.accepts_less or not swept.marked:
        return
    before = swept.marked + swept.left - (inserted if sweep.complete else 0)
    share = plan.stream.sweep_limit_share
    if before > SMALL_STREAM and swept.left < (1 - share) * before:
        raise TruncatedFetch(_SMALLER.format(swept.left, before, share))


def run_check_delivered(connection: Connection, plan: LoadPlan, delivered: int) -> None:
    """Compare a full read with the last one: rows that nobody sweeps stay, but stay unrefreshed.

    Raises:
        TruncatedFetch: It lacks more than the stream's share. Nothing of the load is kept.
    """
    last = fetch_last_delivered(connection, plan.place)
    share = plan.stream.sweep_limit_share
    accepted = plan.accepts_less or last is None or last <= SMALL_STREAM
    if accepted or last is None or delivered >= (1 - share) * last:
        return
    raise TruncatedFetch(_SMALLER.format(delivered, last, share))
