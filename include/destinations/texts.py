"""Every text of a tenant at a destination, as an erasure searches and changes it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column as the catalogue has it.

    Attributes:
        kind: How its text is read and written again: `text`, `json`, `jsonb`, `array`, `bytea`, or
            `number` for phones kept as numbers; None where it can hold no text.
    """

    name: str
    type: str
    kind: str | None
    is_required: bool


@dataclass(frozen=True)
class StoredTable:
    """A table or materialized view of a tenant, or one of elt_ops."""

    schema: str
    name: str
    is_view: bool
    columns: Mapping[str, StoredColumn]

    @property
    def place(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def texts(self) -> list[str]:
        """Columns that can hold text."""
        return [c.name for c in self.columns.values() if c.kind not in (None, "number")]


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row's address, good until the transaction ends, and the texts of its columns."""

    address: str
    values: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows may name a person: any of these.

    Attributes:
        likes: LIKE patterns, compared without case with every column that can hold text.
        patterns: Regular expressions, likewise.
        numbers: Column of numbers -> texts of its wanted values.
        keys: (columns, wanted values of them as texts): rows known by a key.
    """

    likes: Sequence[str] = ()
    patterns: Sequence[str] = ()
    numbers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keys: Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]] = ()


class TextStore(Protocol):
    """One erasure at a destination, in one transaction of it.

    Schema-agnostic: what can hold text is read from the catalogue, so no table is forgotten because
    nobody thought of it. Views hold nothing of their own and are left out.
    """

    def fetch_tables(self) -> list[StoredTable]:
        """The tenant's tables, sorted."""
        ...

    def fetch_rows(self, table: StoredTable, wanted: Wanted) -> Iterator[list[FoundRow]]:
        """Rows that are wanted, in batches, with the texts of all their columns."""
        ...

    def run_change_row(
        self, table: StoredTable, row: FoundRow, changes: Mapping[str, str | None]
    ) -> None:
        """Write new texts into a row's columns."""
        ...

    def run_delete_row(self, table: StoredTable, row: FoundRow) -> None: ...

    def run_refresh(self, table: StoredTable) -> None:
        """Make a materialized view anew from its redacted tables."""
        ...

    def run_commit(self) -> None:
        """Make the changes last; nothing where the transaction is that of the books."""
        ...
