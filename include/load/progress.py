"""How far a read has come: counted over its parts, and written with each of them."""

import logging
from dataclasses import dataclass
from datetime import datetime

from include.ledger import checkpoints, cursors
from include.ledger.checkpoints import Checkpoint
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.load.parts import PartCutter
from include.load.plan import LoadPlan

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a read stands after one part, before anybody has counted what the part brings.

    Attributes:
        part: From 1, those of a read that broke off included.
        delivered: Records of the parts before.
        position: Of the part's last page.
        is_measured: The read holds the whole stream, so the next one is compared with it.
        began_at: Start of the read, which may be that of an earlier run.
    """

    part: int
    delivered: int
    position: str | None
    is_last: bool
    is_measured: bool
    is_stateful: bool
    reads: str | None
    planned_from: str | None
    cursor_after: str | None
    began_at: datetime


class Progress:
    """The parts of one read.

    Attributes:
        parts: Parts committed so far, those of a read that broke off included.
        delivered: Records they brought.
    """

    def __init__(self, plan: LoadPlan) -> None:
        self.plan = plan
        self.parts = plan.resumes.part if plan.resumes else 0
        self.delivered = plan.resumes.delivered if plan.resumes else 0

    def build_step(self, cutter: PartCutter, *, partial: bool) -> Step:
        """What is to be written with the current part.

        Args:
            partial: The read leaves out what an earlier one delivered.
        """
        plan = self.plan
        return Step(
            part=self.parts + 1,
            delivered=self.delivered,
            position=cutter.position,
            is_last=cutter.is_last,
            is_measured=plan.is_full and not partial,
            is_stateful=plan.stateful,
            reads=plan.reads,
            planned_from=plan.cursor_before,
            cursor_after=plan.cursor_after,
            began_at=plan.resumes.started_at if plan.resumes else plan.place.started_at,
        )

    def note(self, delivered: int) -> None:
        """Count a committed part.

        Args:
            delivered: Records it brought, each key once, rejects included.
        """
        self.parts += 1
        self.delivered += delivered


def run_save_step(
    connection: Connection, place: LoadPlace, load_id: int, step: Step, delivered: int
) -> tuple[str | None, str | None]:
    """Write where to go on; the stream's cursor before and after it.

    Args:
        delivered: Records of the read up to and with this part.
    """
    names = place.names
    before = cursors.fetch_cursor(connection, *names)
    if cursors.fetch_is_rewound(
        connection,
        names,
        planned_from=step.planned_from,
        now=before,
        is_state=step.is_stateful,
        started_at=place.started_at,
    ):
        log.warning("cursor left alone, it was rewound while this load read reason=rewound")
        return before, before
    if step.is_stateful:
        if step.position is not None:
            cursors.run_save_position(connection, place, step.position, load_id)
        return before, step.position
    if not step.is_last:
        _run_save_checkpoint(connection, place, load_id, step, delivered)
        return before, None
    if step.reads is not None:
        checkpoints.run_drop_checkpoint(connection, *names, step.reads)
    if step.cursor_after is not None:
        cursors.run_save_cursor(connection, place, step.cursor_after, load_id)
    return before, step.cursor_after


def _run_save_checkpoint(
    connection: Connection, place: LoadPlace, load_id: int, step: Step, delivered: int
) -> None:
    checkpoint = Checkpoint(
        position=step.position or "",
        window=place.window,
        cursor_before=step.planned_from,
        cursor_after=step.cursor_after,
        started_at=step.began_at,
        part=step.part,
        delivered=delivered,
    )
    checkpoints.run_save_checkpoint(connection, place, step.reads or "", checkpoint, load_id)
