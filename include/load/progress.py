"""How far a read has come: counted over its parts, and written with each of them."""

import logging

from include.ledger import checkpoints, cursors
from include.ledger.checkpoints import Checkpoint
from include.ledger.connection import Connection
from include.load.absence import run_check_delivered
from include.load.parts import PartCutter
from include.load.plan import LoadPlan

log = logging.getLogger(__name__)


class Progress:
    """The parts of one read.

    Attributes:
        parts: Parts committed so far, those of a read that broke off included.
        delivered: Records they brought.
    """

    def __init__(self, connection: Connection, plan: LoadPlan) -> None:
        self.connection = connection
        self.plan = plan
        self.parts = plan.resumes.part if plan.resumes else 0
        self.delivered = plan.resumes.delivered if plan.resumes else 0

    def run_save(
        self, load_id: int, cutter: PartCutter, *, delivered: int, partial: bool
    ) -> tuple[str | None, str | None]:
        """Count the part and write where to go on; the stream's cursor before and after it.

        Args:
            delivered: Records of this part, each key once, rejects included.
            partial: The read leaves out what an earlier one delivered.

        Raises:
            TruncatedFetch: A full read brought far fewer records than the last one.
        """
        plan, connection, place = self.plan, self.connection, self.plan.place
        names = plan.place.names
        self.parts += 1
        self.delivered += delivered
        before = cursors.fetch_cursor(connection, *names)
        if cursors.fetch_is_rewound(
            connection,
            names,
            planned_from=plan.cursor_before,
            now=before,
            is_state=plan.stateful,
            started_at=plan.place.started_at,
        ):
            log.warning("cursor left alone, it was rewound while this load read reason=rewound")
            return before, before
        if plan.stateful:
            if cutter.position is not None:
                cursors.run_save_position(connection, place, cutter.position, load_id)
            return before, cutter.position
        if not cutter.is_last:
            self._run_save_checkpoint(load_id, cutter.position or "")
            return before, None
        if plan.is_full and not partial:
            run_check_delivered(connection, plan, self.delivered)
        if plan.reads is not None:
            checkpoints.run_drop_checkpoint(connection, *names, plan.reads)
        if plan.cursor_after is not None:
            cursors.run_save_cursor(connection, place, plan.cursor_after, load_id)
        return before, plan.cursor_after

    def _run_save_checkpoint(self, load_id: int, position: str) -> None:
        plan = self.plan
        checkpoint = Checkpoint(
            position=position,
            window=plan.place.window,
            cursor_before=plan.cursor_before,
            cursor_after=plan.cursor_after,
            started_at=plan.resumes.started_at if plan.resumes else plan.place.started_at,
            part=self.parts,
            delivered=self.delivered,
        )
        reads = plan.reads or ""
        checkpoints.run_save_checkpoint(self.connection, plan.place, reads, checkpoint, load_id)
