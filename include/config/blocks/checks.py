"""What a check by parameter may say: facts only, no expressions.

Declared where the thing is declared: below a column or a stream of a connector.yaml, or under
`checks:` of a tenant file, where it names its table.
"""

from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from include.config.spec import Snake, Spec

Kind = Literal[
    "not_null", "unique", "accepted", "range", "pattern", "refers_to", "row_count", "sum",
    "fresh", "ascending", "shift", "every_day", "duplicates", "mixed", "constant",
    "sudden_nulls",
]  # fmt: skip
Dimension = Literal[
    "completeness", "uniqueness", "validity", "consistency", "integrity", "timeliness", "volume"
]
DIMENSIONS: dict[str, Dimension] = {
    "not_null": "completeness",
    "sudden_nulls": "completeness",
    "constant": "completeness",
    "unique": "uniqueness",
    "duplicates": "uniqueness",
    "accepted": "validity",
    "range": "validity",
    "pattern": "validity",
    "shift": "validity",
    "mixed": "consistency",
    "sum": "consistency",
    "refers_to": "integrity",
    "fresh": "timeliness",
    "ascending": "timeliness",
    "row_count": "volume",
    "every_day": "volume",
}
# What a kind cannot do without, and what it understands besides.
_NEEDS: dict[str, tuple[str, ...]] = {
    "unique": (),
    "duplicates": (),
    "row_count": (),
    "accepted": ("column", "values"),
    "pattern": ("column", "pattern"),
    "refers_to": ("column", "to"),
    "sum": ("column", "to"),
    "fresh": ("column", "hours"),
}
_ALSO: dict[str, tuple[str, ...]] = {
    "not_null": ("at_most",),
    "accepted": ("at_most",),
    "range": ("least", "most", "at_most"),
    "pattern": ("at_most",),
    "refers_to": ("at_most",),
    "unique": ("column", "columns", "at_most"),
    "duplicates": ("columns", "at_most"),
    "row_count": ("least", "most", "to", "tolerance"),
    "sum": ("tolerance",),
    "shift": ("by", "days", "limit"),
    "sudden_nulls": ("by", "days", "at_most"),
    "every_day": ("days",),
    "mixed": ("per", "at_most"),
    "constant": ("least",),
    "ascending": ("hours",),
}
_ALWAYS = {"check", "name", "severity", "why", "key", "money", "table"}


class CheckSpec(Spec):
    """One check of a table."""

    check: Kind = Field(description="What is looked for; see docs/quality.md.")
    name: Snake | None = Field(None, description="Its name; made of column and kind if absent.")
    severity: Literal["error", "warn", "info"] = Field(
        "warn", description="error fails the run, warn is told, info is only kept."
    )
    why: str = Field("", max_length=300, description="One sentence: what is wrong when it fails.")
    column: Snake | None = Field(None, description="The column; known where it stands below one.")
    columns: tuple[Snake, ...] = Field((), description="unique, duplicates: together.")
    key: tuple[Snake, ...] = Field((), description="Columns a bad row is named by; its key.")
    at_most: float = Field(0.0, ge=0, le=1, description="Share of the rows that may be bad.")
    values: tuple[str | int, ...] = Field((), description="accepted: all there may be.")
    least: int | float | date | None = Field(None, description="range, row_count, constant.")
    most: int | float | date | None = Field(None, description="range, row_count.")
    pattern: str = Field("", max_length=500, description="pattern: a regular expression.")
    to: str | None = Field(
        None, description="refers_to, sum: `<table>.<column>`; row_count: `<table>`."
    )
    tolerance: float = Field(0.0, ge=0, le=1, description="row_count, sum: share they may differ.")
    hours: float | None = Field(
        None, gt=0, description="fresh: age of the newest row; ascending: how far back is fine."
    )
    by: Snake | None = Field(None, description="Time column that tells recent rows from older.")
    days: int | None = Field(None, ge=1, le=400, description="What recent means; every_day: all.")
    limit: float = Field(0.25, gt=0, description="shift: population stability index.")
    per: tuple[Snake, ...] = Field((), description="mixed: one value for each of these.")
    money: Snake | None = Field(None, description="Amount a bad row puts in doubt.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"check": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        needed = _NEEDS.get(self.check, ("column",))
        # Below a column the column is known from its place: `below` fills it in.
        missing = [name for name in needed if name != "column" and not getattr(self, name)]
        if self.check == "range" and self.least is None and self.most is None:
            missing = ["least` or `most"]
        if self.check == "row_count" and self.to is None and self.least is None:
            missing = [] if self.most is not None else ["to`, `least` or `most"]
        if missing:
            raise ValueError(f"`{self.check}` needs `{'`, `'.join(missing)}`")
        known = {*_ALWAYS, *needed, *_ALSO.get(self.check, ())}
        for name in sorted(self.model_fields_set - known):
            raise ValueError(f"`{name}` means nothing to `{self.check}`")
        return self

    def below(self, column: str) -> "CheckSpec":
        """The same, of this column, where it names none."""
        if self.column or self.columns or self.check in ("duplicates", "row_count"):
            return self
        return self.model_copy(update={"column": column})

    @property
    def needs_column(self) -> bool:
        """Whether it speaks of one column."""
        if self.check == "unique":
            return not self.columns
        return "column" in _NEEDS.get(self.check, ("column",))

    @property
    def dimension(self) -> Dimension:
        return DIMENSIONS[self.check]

    @property
    def own_columns(self) -> tuple[str, ...]:
        """Every column of its table that it names."""
        named = (self.column, *self.columns, *self.key, *self.per, self.by, self.money)
        return tuple(name for name in named if name)

    @property
    def title(self) -> str:
        """Its name: given, or column and kind."""
        parts = (self.column or "_".join(self.columns), self.check)
        return self.name or "_".join(part for part in parts if part)


class TenantCheck(CheckSpec):
    """A check of a tenant file."""

    table: str = Field(
        pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$",
        description="`<feed>.<stream>`, or `mart.<model>` (`int.`, `stg.`, `snap.`).",
    )
