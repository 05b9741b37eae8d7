"""A tenant's own stream as a concept: what its YAML says, and what dbt is told of it."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from include.config.spec import Spec

# A column of a raw table: snake case, and those of a child table that lead to its parent.
ColumnName = Annotated[str, Field(pattern=r"^_?[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=63)]


class ColumnForm(Spec):
    """The long form of one column."""

    column: str | None = Field(None, description="Column of the stream.")
    value: Any = Field(None, description="The same for every row, in place of a column.")
    values: dict[str | int | bool, str | int] = Field(
        {}, max_length=500, description="The source's words -> the words it shall have here."
    )
    minor_units: bool | Annotated[str, Field(pattern="^[A-Z]{3}$")] = Field(
        False,
        description="The amount counts cents: true by the row's currency, or of which currency.",
    )
    is_day: bool = Field(
        False,
        description="The column's moment stands for its day, as dates of workbooks do: no time "
        "zone moves it.",
    )
    prefix: Annotated[str, Field(max_length=40)] = Field(
        "", description="Set before an identifier, where two streams count alike."
    )


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """Where one column of a concept comes from.

    Attributes:
        columns: Of the stream; several are joined by `:`; none: `value` holds for every row.
        minor_units: Empty, `row` (the row's own currency) or a currency's code.
        values: The source's word in small letters -> ours.
        codes: The only words the column may hold; any other is refused.
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    minor_units: str = ""
    is_day: bool = False
    prefix: str = ""
    values: dict[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MappedConcept:
    """One stream that feeds one concept.

    Attributes:
        stream: Raw table, of a child list `<stream>__<child>`.
        parent: Raw table of the parent of a child list, when it is known.
        parent_key: Its key columns.
        keep: `latest` where several rows of one identifier are expected.
        columns: Column of the concept -> where it comes from.
    """

    concept: str
    stream: str
    columns: dict[str, MappedColumn]
    parent: str = ""
    parent_key: tuple[str, ...] = ()
    keep: str = ""
