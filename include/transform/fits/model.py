"""What a fit is: models of dbt in, tables out, and a function between that knows neither."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # whoever plans a build reads this module, and needs no rows
    import pyarrow as pa

Kind = Literal["text", "date", "bigint", "double", "boolean"]
Tables: TypeAlias = Mapping[str, "pa.Table"]


@dataclass(frozen=True, slots=True)
class FitInput:
    """Columns of one model in dbt's layer `int`.

    Attributes:
        key: Columns no two rows share; rows come ordered by them.
    """

    model: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FitTable:
    """One table a fit writes, all of it each time; dbt reads it as source `fits`."""

    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """One model of numbers, fitted anew whenever what it reads has changed.

    Attributes:
        run: Rows by name of dbt's model -> rows by name of the table written. The same rows give
            the same answer: no clock, no chance. Imports its libraries itself, when it is called.
    """

    name: str
    reads: tuple[FitInput, ...]
    writes: tuple[FitTable, ...]
    run: Callable[[Tables], Tables]
