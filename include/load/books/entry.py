"""The entry a load makes in the books: prepared before its rows are written, made with their count.

Prepared, because a destination with transactions of its own may have committed the rows when the
process that loaded them is gone: the entry is then made by whoever finds that out.
"""

from dataclasses import dataclass
from datetime import datetime

from include.core.clock import utcnow
from include.core.streams import EventMark, FileMark, LoadResult, SchemaChange
from include.destinations.protocol import Written
from include.ledger import loads as ledger
from include.ledger import rejects
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.ledger.stores import inbox
from include.ledger.stores.files import run_record_files
from include.load.evolution.drift import Drift, run_record_drift
from include.load.progress import Step, run_save_step


@dataclass(frozen=True, slots=True)
class Entry:
    """All the books will say of one part of a load, but for what its destination counts.

    Attributes:
        read: Records, rejects and filtered ones.
        filtered: Records the source left out.
        quarantined: Staged rejects.
        key_kinds: PostgreSQL's types of the primary key's columns.
        replayed: Ids of the quarantined records this load carries.
        loaded: Ids of open records of which it brings a good reading.
        made: Changes to the stream's tables.
        began_at: When the part began to be read.
    """

    load_id: int
    place: LoadPlace
    read: int
    filtered: int
    quarantined: int
    key_kinds: tuple[str, ...]
    replayed: tuple[int, ...]
    loaded: tuple[int, ...]
    events: tuple[EventMark, ...]
    files: tuple[FileMark, ...]
    drift: Drift
    step: Step
    notices: tuple[str, ...]
    began_at: datetime
    made: tuple[SchemaChange, ...] = ()

    def delivered(self, written: Written) -> int:
        """Records of this part, each key once, rejects included."""
        return written.counts.distinct + self.quarantined


def run_enter(connection: Connection, entry: Entry, written: Written) -> LoadResult:
    """Write it, with the rejects that are staged beside it, in the caller's transaction."""
    place, load_id, counts = entry.place, entry.load_id, written.counts
    _run_quarantine(connection, entry)
    if entry.events:
        inbox.run_settle(connection, place.names, entry.events, load_id)
    changes = run_record_drift(connection, place, load_id, entry.drift, entry.made)
    run_record_files(connection, place, load_id, entry.files)
    delivered = entry.step.delivered + entry.delivered(written)
    before, after = run_save_step(connection, place, load_id, entry.step, delivered)
    result = LoadResult(
        load_id=load_id,
        read=entry.read,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        quarantined=entry.quarantined,
        filtered=entry.filtered + counts.superseded + counts.older,
        deleted=written.deleted,
        child_rows=counts.child_rows,
        cursor_before=before,
        cursor_after=after,
        schema_changes=changes,
        seconds=round((utcnow() - entry.began_at).total_seconds(), 3),
        notices=entry.notices,
        cost=written.cost,
    )
    ledger.run_record_load(
        connection,
        place,
        result,
        part=entry.step.part,
        # A replay is no read of the source, so it makes nothing fresh.
        is_last=entry.step.is_last and not entry.replayed,
        delivered=delivered if entry.step.is_measured else None,
    )
    return result


def _run_quarantine(connection: Connection, entry: Entry) -> None:
    """Add what is bad, and close what this load has settled."""
    place, load_id = entry.place, entry.load_id
    rejects.run_close(connection, place, load_id, "replayed", entry.replayed)
    rejects.run_close_superseded(connection, place, load_id, entry.key_kinds)
    rejects.run_close(connection, place, load_id, "loaded", entry.loaded)
    rejects.run_merge(connection, place, load_id, entry.key_kinds)
