"""What a load does to the place its rows go to, and what it hears back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from include.core.streams import SchemaChange
from include.destinations.layout import TableLayout


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


class ColumnFiller(Protocol):
    """Fills columns that a table is about to get with what `_extra` has for them."""

    def stage(self, table: TableLayout, stored: dict[str, str]) -> list[Any]:
        """Convert the values; types in the layout may be wider then."""
        ...

    def write(self, table: TableLayout, new: list[Any]) -> list[SchemaChange]:
        """Move them into the columns, which exist by now."""
        ...
