"""The table a check by parameter speaks of, as the catalogue knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from include.core import naming
from include.quality.statement import quote_identifier

TEXT_TYPES = frozenset({"text", "character varying", "character"})
NUMBER_TYPES = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
TIME_TYPES = frozenset({"date", "timestamp with time zone", "timestamp without time zone"})


@dataclass(frozen=True, slots=True)
class Target:
    """One table.

    Attributes:
        columns: Name -> type as PostgreSQL writes it, without its length, in their order.
        key: What a bad row is named by.
        feed: Only its rows count; None where the table has rows of one tenant's feeds together.
        newest_load: Last load of the feed's schedule that wrote rows; None: there was none.
        lookback_h: Hours the stream reads again, by which late rows may be older.
        money: Column of the amount a row is about.
    """

    schema: str
    table: str
    columns: Mapping[str, str] = field(compare=False)
    key: tuple[str, ...] = ()
    feed: str | None = None
    newest_load: int | None = None
    lookback_h: float = 0.0
    money: str | None = None
    now: datetime | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The table, quoted, with its schema."""
        return f"{quote_identifier(self.schema)}.{quote_identifier(self.table)}"

    def live(self, alias: str = "") -> str:
        """Condition of the rows that count: the feed's, and none the source has deleted."""
        dot = f"{alias}." if alias else ""
        found = []
        if self.feed is not None and naming.FEED in self.columns:
            found.append(f"{dot}{naming.FEED} = {{feed}}")
        if naming.DELETED_AT in self.columns:
            found.append(f"{dot}{naming.DELETED_AT} is null")
        return " and ".join(found) or "1 = 1"

    def shown_key(self, alias: str = "", key: tuple[str, ...] = ()) -> str:
        """A bad row's name as text; the load that brought it where it has no key."""
        dot = f"{alias}." if alias else ""
        names = [*(key or self.key)] or [naming.LOAD_ID]
        if not set(names) <= set(self.columns):
            return "'a row without a key'"
        texts = [build_text(f"{dot}{quote_identifier(name)}") for name in names]
        return "concat(" + ", '|', ".join(texts) + ")" if len(texts) > 1 else texts[0]

    def is_text(self, column: str) -> bool:
        return self.columns.get(column) in TEXT_TYPES

    def is_number(self, column: str) -> bool:
        return self.columns.get(column) in NUMBER_TYPES

    def is_time(self, column: str) -> bool:
        return self.columns.get(column) in TIME_TYPES


def build_text(column: str) -> str:
    """A value as text; `concat` is the cast to text that every warehouse has under one name."""
    return f"case when {column} is null then 'null' else concat('', {column}) end"
