"""What a load does to the place its rows go to, and what it hears back."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from include.config.models import Tenant
from include.core.streams import SchemaChange, Tombstone
from include.destinations.batch import Shaped
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.texts import TextStore
from include.ledger.connection import Connection


@dataclass(frozen=True, slots=True)
class LoadStamp:
    """What every row that a load writes carries."""

    feed: str
    load_id: int
    started_at: datetime


@dataclass
class MergeCounts:
    """Parent records by what became of them; children by rows written.

    Attributes:
        is_first: The table held no row of the feed before, so none can be gone.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    older: int = 0
    child_rows: dict[str, int] = field(default_factory=dict)
    is_first: bool = False

    @property
    def distinct(self) -> int:
        """Records that came, each key once."""
        return self.inserted + self.updated + self.unchanged + self.older


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a read speaks for: rows of this scope that it does not hold are gone.

    Attributes:
        column: `all`, or the column for whose staged values the read is complete.
        complete: Values of the column the source declared complete; they replace the staged
            ones, so that a value of which nothing is left is swept too.
        since: The read holds only records whose `cursor` is not before this.
        cursor: Name of the cursor column, where there is one.
    """

    column: str
    complete: tuple[str, ...] = ()
    since: datetime | None = None
    cursor: str | None = None

    @property
    def is_narrow(self) -> bool:
        """The read speaks for some values or for a time only."""
        return bool(self.complete) or self.since is not None


@dataclass(frozen=True, slots=True)
class Swept:
    """Rows a sweep has marked, and live rows it leaves (in its scope, when that is narrow)."""

    marked: int
    left: int


@dataclass(frozen=True, slots=True)
class Written:
    """What one load did to its tables, by the destination's own count.

    Attributes:
        cost: What the warehouse was asked for it, by unit; empty where nothing is billed.
    """

    counts: MergeCounts
    deleted: int = 0
    cost: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Converted:
    """Values of a new column: an Arrow array, and by row why a value does not become its type."""

    array: Any
    misfits: dict[int, str]


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A value that stays in `_extra`: its row's feed and key, why, and a JSON object of it."""

    feed: str
    key: tuple[str, ...]
    detail: str
    payload: str


class ColumnFiller(Protocol):
    """Fills columns that a table is about to get with what `_extra` has for them."""

    def find_new(self, table: TableLayout, stored: Mapping[str, str]) -> dict[str, list[str]]:
        """Columns to be filled: name -> path in `_extra`."""
        ...

    def convert(self, table: TableLayout, name: str, texts: Sequence[str | None]) -> Converted:
        """JSON texts to the column's values; its type in the layout may be wider afterwards."""
        ...

    def run_note_unfilled(self, table: TableLayout, values: Sequence[Unfilled]) -> None:
        """Put these values into quarantine, under their records' keys."""
        ...

    def run_note_filled(self, table: TableLayout, name: str, records: int) -> None:
        """Remember that the column was filled, as it is declared now."""
        ...


class LoadSession(Protocol):
    """One load at its destination.

    Order: prepare, describe, open; then per part: stage ..., begin, follow, merge, sweep, delete,
    commit, clear. Nothing from `begin` on is visible to others before `commit`, or, where the
    books' transaction is shared, before that transaction ends. It speaks to the destination alone;
    the books are the loader's.

    Attributes:
        fills_back: Added columns get the values `_extra` has for them.
    """

    fills_back: bool

    def run_prepare(self) -> None:
        """Make the schemas of the stream's tables."""
        ...

    def fetch_columns(self, table: TableLayout) -> dict[str, str]:
        """Column -> logical type as stored, in order; empty when there is no such table."""
        ...

    def run_open(self) -> None:
        """Make the places where batches are staged, with the layout's types of now."""
        ...

    def run_stage(self, batch: Shaped) -> None:
        """Take one batch with its children; called from another thread, one call at a time."""
        ...

    def run_release(self) -> None:
        """Hold no transaction while the source is waited for; called as `run_stage` is."""
        ...

    def fetch_staged(self, keys: Sequence[str]) -> list[int]:
        """Positions of those keys (JSON lists of texts) that are among the staged records."""
        ...

    def run_begin(self, load_id: int) -> None:
        """What is staged becomes load `load_id`; every judgement of it has passed."""
        ...

    def run_follow(self, filler: ColumnFiller | None) -> list[SchemaChange]:
        """Bring the tables to the layout: created, given new columns, widened, never narrowed.

        Returns:
            What was changed in tables that existed.
        """
        ...

    def run_merge(
        self, stamp: LoadStamp, *, is_latest: bool, keys_are_distinct: bool
    ) -> MergeCounts:
        """Dedupe, judge and write what is staged; an older version never replaces a newer one.

        Args:
            is_latest: No committed load of this stream began after this one.
            keys_are_distinct: It is proven that no key was staged twice.
        """
        ...

    def run_sweep(self, sweep: Sweep, stamp: LoadStamp) -> Swept:
        """Mark live rows of the scope that are neither staged nor rejected."""
        ...

    def run_delete(self, tombstones: Sequence[Tombstone], stamp: LoadStamp) -> int:
        """Mark the records a source says it deleted, after the merge; returns how many."""
        ...

    def run_commit(self, stamp: LoadStamp, written: Written) -> None:
        """The last write. Without the ledger's transaction: with the load's commit record in one
        transaction, so that the rows are there if and only if the record is.
        """
        ...

    def run_clear(self) -> None:
        """Forget what was staged; the next part follows."""
        ...


class Destination(Protocol):
    """A warehouse rows go to.

    Attributes:
        shares_ledger: Its rows and the books of elt_ops are written in one transaction. If not,
            its sessions are `CommittingSession`s.
        name_bytes: Longest name of a table or column it keeps as it is.
        number_limit: (digits before, digits after the point) it keeps of a number; None: all.
    """

    shares_ledger: bool
    name_bytes: int

    @property
    def number_limit(self) -> tuple[int, int] | None: ...

    def run_ensure_tenant(self, books: Connection, tenant: Tenant) -> None:
        """Make all that a tenant's feeds and models need: its schemas, and who may use them.

        Raises:
            ConfigError: The warehouse's user may not; nothing was made.
        """
        ...

    def open(
        self, books: Connection, layout: StreamLayout, tenant: str
    ) -> AbstractContextManager[LoadSession]:
        """A session for one load.

        Args:
            books: The connection of the books, which is the session's own where they are shared.
                The load's rejects are staged there (`include/ledger/rejects.py`).

        Raises:
            WarehouseError: It cannot be reached, or refuses the login.
        """
        ...

    def open_texts(self, books: Connection, tenant: str) -> AbstractContextManager[TextStore]:
        """Every text of a tenant, for an erasure; with shared books those of elt_ops, too."""
        ...


class CommittingSession(LoadSession, Protocol):
    """A session with transactions of its own; see `include/load/two_stores.py` for the protocol."""

    def run_check_new(self, load_id: int) -> None:
        """Before the load is prepared: its outcome could not be told from another's.

        Raises:
            WarehouseRejected: A load of that number was committed there before.
        """
        ...

    def run_settle(self, load_id: int) -> Written | None:
        """What became of a load whose process may be gone; None: it can never commit any more.

        Must hold for every sender of that load, the one that hangs in another process too.
        """
        ...

    def read_cost(self) -> dict[str, int]:
        """What was asked of the warehouse since it was read last, by unit."""
        ...

    def run_discard(self) -> None:
        """Remove whatever is staged for the stream's tables; no load of them is open."""
        ...
