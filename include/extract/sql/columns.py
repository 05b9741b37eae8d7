"""Columns of tables and queries: what they are called, what they hold, how they are selected.

`Form` says what a driver hands over for a column and so how it becomes Arrow. Whatever PostgreSQL
(the warehouse) and the source might write differently is selected as text the source itself made.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from include.config.connector_spec import Column, ColumnType
from include.core import naming

# Types whose order in the database is the order of `>` on their text or number, so that a read
# can go on behind a value of theirs.
_ORDERED = ("int", "bigint", "numeric", "text", "date")

NO_NAMES: Mapping[str, str] = {}


class Form(StrEnum):
    """What arrives for a column."""

    PLAIN = "plain"  # as the type says
    WALL = "wall"  # a moment without zone, by the database's clock
    UTC = "utc"  # a moment without zone that is UTC
    DAY = "day"  # YYYY-MM-DD as text
    DECIMAL = "decimal"  # a number as text
    FLAG = "flag"  # 0 or 1
    PADDED = "padded"  # text filled up with blanks that mean nothing
    BITS = "bits"  # bytes, most significant first, of a number


@dataclass(frozen=True, slots=True)
class SqlColumn:
    """One column of a table or query.

    Attributes:
        source: Its name in the database.
        name: Its name in the warehouse.
        expression: What stands in the select list, `{}` for the quoted name.
        native: The database's own type, for casts of literals and for people.
        loose: The database does not hold its values to the type (SQLite).
        nullable: False only where the catalogue says so.
    """

    source: str
    name: str
    type: ColumnType
    form: Form = Form.PLAIN
    expression: str = "{}"
    native: str = ""
    loose: bool = False
    nullable: bool = True

    @property
    def is_ordered(self) -> bool:
        """True when a read may go on behind a value of this column."""
        return self.type in _ORDERED and self.form is not Form.FLAG and not self.loose

    def spec(self) -> Column:
        """As a stream declares it."""
        return Column(type=self.type, detected=self.loose)


def build_names(sources: list[str], known: Mapping[str, str] = NO_NAMES) -> list[str]:
    """Warehouse names of columns or tables: snake case, each once, in the order given.

    Of names equal but for case or signs, the one that is such a name already keeps it and every
    other carries a hash of its own spelling: where they stand, and which of them are there, does
    not turn one into another.

    Args:
        known: Name by source, from earlier reads: it stays, and goes to nobody else.
    """
    stems = [_build_stem(source) for source in sources]
    wanted = Counter(stems)
    owners = {name: source for source, name in known.items()}
    names = []
    for source, stem in zip(sources, stems, strict=True):
        is_free = owners.get(stem, source) == source
        is_plain = is_free and (wanted[stem] == 1 or stem == source)
        names.append(known.get(source) or (stem if is_plain else naming.distinct(stem, source)))
    return names


def _build_stem(source: str) -> str:
    stem = naming.snake(source).strip("_")
    if not stem:
        return naming.distinct("column", source)
    stem = f"col_{stem}" if stem in naming.SYSTEM_COLUMNS else stem
    stem = stem if stem[0].isalpha() else f"n{stem}"
    return naming.shorten(stem, source, naming.MAX_COLUMN)
