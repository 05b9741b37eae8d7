"""What a warehouse with transactions of its own is told and asked: its dialect, and its client."""

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
        making: How a statement that makes a raw or staging table begins.
    """

    now: str
    making: str

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


class Client(Protocol):
    """A connection of one process."""

    @property
    def dialect(self) -> Dialect: ...

    def fetch(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement by itself and read its answer."""
        ...

    def run_make_schema(self, schema: str) -> None: ...

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

    def run_fence(self, commits: str, load_id: int) -> None:
        """The load may commit from now on, until it is given up."""
        ...

    def run_transaction(self, commits: str, load_id: int, statements: Sequence[str]) -> None:
        """All statements, and the commit record is `done`, or nothing.

        Raises:
            WarehouseUnavailable: The load was given up, the connection was lost, or another
                transaction won; what became of it tells `run_give_up`.
        """
        ...

    def run_give_up(self, commits: str, load_id: int) -> None:
        """From here on nobody can commit that load, wherever its process may be."""
        ...
