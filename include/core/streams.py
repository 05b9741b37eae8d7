"""The types that cross rooms between a source, the loader and orchestration.

A source yields `Page`s, the loader turns them into committed rows and answers `LoadResult`.
`records` is either a list of dicts (JSON-like sources) or a pyarrow RecordBatch/Table whose
columns carry the stream's column names (file and SQL sources). Core may not import pyarrow,
hence Any.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class RunKind(StrEnum):
    """Why a load runs; decides its window and whether it moves the cursor."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    BACKFILL = "backfill"
    SWEEP = "sweep"


class Reading(StrEnum):
    """What of a source made of files a run reads.

    NEW: what was not loaded yet. ALL: everything again. WINDOW: exactly the window's rows of
    everything, which leaves the memory of what was loaded alone.
    """

    NEW = "new"
    ALL = "all"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open UTC interval [start, end); a None side is unbounded."""

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        for side in (self.start, self.end):
            if side is not None and side.tzinfo is None:
                raise ValueError(f"window bounds must be aware, got {side!r}")
        if self.start and self.end and self.start > self.end:
            raise ValueError(f"window start {self.start} is after its end {self.end}")

    def contains(self, instant: datetime) -> bool:
        after_start = self.start is None or instant >= self.start
        return after_start and (self.end is None or instant < self.end)


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """Who started a piece of work; written beside its rows so that a row leads back to a log.

    Attributes:
        dag_id: `cli` from the command line; None where nobody says.
    """

    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    try_number: int = 1


NOWHERE = RunOrigin()


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that extraction could not turn into a record (cut JSON line, ragged CSV row).

    Attributes:
        key: Record key or place (`orders.csv:17`), safe to log.
        reason: Snake-case code: `ragged_row`, `invalid_json`, `null_primary_key`, `type_mismatch`.
        detail: One sentence for a person, without row contents.
        payload: The record as text, exactly as read; stored in quarantine only, never logged.
        key_values: The primary key's values in its order, as text the columns' types take; None
            when the record does not say which row it is.
        form: How the payload is read again: `record` (JSON as a source's dict), `row` (JSON by
            column name) or `text` (nothing a loader understands).
    """

    key: str
    reason: str
    detail: str
    payload: str
    key_values: tuple[str, ...] | None = None
    form: str = "text"


@dataclass(frozen=True, slots=True)
class FileMark:
    """One file a source has read to its end.

    Attributes:
        path: Where it lies, as the source names it.
        content_hash: SHA-256 of its bytes, hex: the same content is loaded once, whatever its name.
        size: Bytes.
        version: What changes with the file at its place (time of change, etag); compared cheaply.
        layout: Fingerprint of how it was parsed; another one makes it be read again.
        detected: Its columns and their types as JSON, where they were detected.
        same_as: Path of the file of the same content whose rows stand for this one's.
        is_gone: It has left the folder, and this read took that for what it means.
    """

    path: str
    content_hash: str
    size: int
    version: str = ""
    layout: str = ""
    detected: str | None = None
    same_as: str | None = None
    modified_at: datetime | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A record the source says it deleted; the stored row stays and gets `_deleted_at`.

    Attributes:
        key: Values of the primary key, in its order.
        version: The stream's version as of the deletion, where the stream has one: an older
            version that arrives later does not bring the record back.
    """

    key: tuple[Any, ...]
    version: Any = None


@dataclass(frozen=True, slots=True)
class EventMark:
    """One event of the inbox that this page (or one before it) has dealt with.

    Attributes:
        event_id: As in elt_ops.inbox.
        streams: Every stream that takes the event; it is drained when each of them has committed.
        poison: Why nothing could be made of it, a reason code; None when it was fine.
    """

    event_id: str
    streams: tuple[str, ...] = ()
    poison: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One piece of a stream; read = len(records) + len(rejects) + filtered.

    Attributes:
        complete: Values of the stream's `sweep` column that this read has now delivered whole, in
            this page and those before it. What is stored for them and was not read again is gone
            at the source, also when nothing at all was read for them (a report's empty day).
        partial: The read leaves out what an earlier one delivered (files loaded before), so that
            what is absent from it is not gone.
        deleted: Records gone at the source; they are no records read.
        events: Events of the inbox to be marked in the transaction that commits this page.
        notices: What was guessed, skipped or set aside on the way to these records: whole
            sentences that name the file and hold no row contents. The same sentence is kept once
            per load, in its books (`LoadResult.notices`).
    """

    records: Any
    rejects: tuple[Reject, ...] = ()
    filtered: int = 0
    complete: tuple[str, ...] = ()
    position: str | None = None
    files: tuple[FileMark, ...] = ()
    partial: bool = False
    deleted: tuple[Tombstone, ...] = ()
    events: tuple[EventMark, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change of a raw table made (or noticed) by a load.

    Attributes:
        change: `added`, `widened`, `unknown_field` (kept in _extra), `discarded_field`,
            `vanished_field`, `not_filled`: values of an added column that stay in _extra, or
            `rekeyed`: the primary key; the types are then names of its columns.
        records: How many it concerned, where that is counted.
    """

    table: str
    column: str
    change: str
    old_type: str | None = None
    new_type: str | None = None
    records: int | None = None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What one committed load did; counts are parent records.

    loaded = inserted + updated, and read = loaded + unchanged + quarantined + filtered.

    Attributes:
        parts: Transactions it was committed in; `load_id` is the last one's.
        notices: Sentences for a person about this load, also in elt_ops.loads.
        cost: What the warehouse was asked, by unit (`jobs`, `bytes_billed`), of the last part.
    """

    load_id: int
    read: int
    inserted: int
    updated: int
    unchanged: int
    quarantined: int
    filtered: int
    deleted: int = 0
    child_rows: dict[str, int] = field(default_factory=dict)
    cursor_before: str | None = None
    cursor_after: str | None = None
    schema_changes: tuple[SchemaChange, ...] = ()
    seconds: float = 0.0
    parts: int = 1
    notices: tuple[str, ...] = ()
    cost: dict[str, int] = field(default_factory=dict)

    @property
    def loaded(self) -> int:
        return self.inserted + self.updated

    def counts(self) -> dict[str, int]:
        """The five numbers people compare, in reading order."""
        return {
            "read": self.read,
            "loaded": self.loaded,
            "unchanged": self.unchanged,
            "quarantined": self.quarantined,
            "filtered": self.filtered,
        }
