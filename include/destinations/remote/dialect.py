"""What a warehouse with transactions of its own is told and asked: its dialect, and its client."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol


class Dialect(Protocol):
    """How SQL is spelt there; every method builds text and asks nobody.

    Attributes:
        types: Logical type -> type of a stored column.
        staged: Logical type -> type of a staged column, exact for what the file carries.
        number_limit: (digits before, digits after the point) a number may have; more would be
            rounded in silence.
        now: Expression for the warehouse's clock, in UTC.
        file_zone: Zone that instants in a Parquet file name, where they must name one.
    """

    now: str

    @property
    def file_zone(self) -> str | None: ...
    @property
    def types(self) -> Mapping[str, str]: ...
    @property
    def staged(self) -> Mapping[str, str]: ...
    @property
    def number_limit(self) -> tuple[int, int]: ...

    def name(self, column: str) -> str:
        """A column or table as an identifier."""
        ...

    def place(self, schema: str, table: str) -> str:
        """A table with its schema."""
        ...

    def make_from(self, place: str, select: str) -> str:
        """A staging table out of what is staged."""
        ...

    def typed(self, kind: str, value: str) -> str:
        """A staged value as the column's type."""
        ...

    def from_text(self, kind: str, value: str) -> str:
        """A key's text as the column's type."""
        ...

    def as_text(self, kind: str, value: str) -> str:
        """A stored value as text."""
        ...

    def differs(self, kind: str, one: str, other: str) -> str:
        """True or false, never null: the two values are not the same."""
        ...

    def moment(self, at: datetime) -> str:
        """An instant as a literal."""
        ...

    def later(self, at: str, minutes: int) -> str:
        """An instant so many minutes later."""
        ...

    def delete(self, target: str, source: str, condition: str) -> str:
        """Delete rows of `target` (as t) that a row of `source` (as s) names."""
        ...

    def record(self, commits: str, load_id: int, values: Mapping[str, str]) -> str:
        """The last write of a load's transaction: its commit record is `done`.

        Args:
            values: Column -> literal of what else the record says.
        """
        ...


class Client(Protocol):
    """A connection of one process.

    Attributes:
        cost: What was asked of the service, by the units it is billed in.
    """

    cost: Counter[str]

    @property
    def dialect(self) -> Dialect: ...

    def fetch(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement by itself and read its answer."""
        ...

    def run_make_schema(self, schema: str) -> None: ...

    def run_make(
        self, schema: str, table: str, columns: Mapping[str, str], keys: Sequence[str] = ()
    ) -> None:
        """A table people read, of logical types, unless there is one; told by `keys`."""
        ...

    def run_make_staging(self, schema: str, table: str, columns: Mapping[str, str]) -> None:
        """An empty table of one load; the name is not taken."""
        ...

    def run_add(self, schema: str, table: str, columns: Mapping[str, str]) -> None:
        """Add columns, which are null in every row."""
        ...

    def run_drop(self, schema: str, table: str) -> None: ...

    def run_upload(self, schema: str, table: str, files: Iterable[Path]) -> None:
        """Append Parquet files to a staging table, columns by name."""
        ...

    def fetch_columns(self, schema: str, table: str) -> dict[str, str]:
        """Column -> logical type; empty when there is no such table."""
        ...

    def fetch_tables(self, schema: str) -> list[str]:
        """Names of the tables of a schema, in lower case."""
        ...

    def run_rewrite(self, schema: str, table: str, columns: Mapping[str, tuple[str, str]]) -> None:
        """Give columns another type, `name -> (old, new)`, in one statement that holds or not."""
        ...

    def run_fence(self, schema: str, load_id: int) -> None:
        """The load may commit from now on, until it is given up."""
        ...

    def run_transaction(self, schema: str, load_id: int, statements: Sequence[str]) -> None:
        """All statements, of which the last is the commit record's, or nothing.

        Raises:
            WarehouseUnavailable: The load was given up, the connection was lost, or another
                transaction won; what became of it tells `run_give_up`.
        """
        ...

    def run_give_up(self, schema: str, load_id: int) -> None:
        """From here on nobody can commit that load, wherever its process may be."""
        ...
