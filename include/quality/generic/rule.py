"""What a declaration becomes: a condition of bad rows, or a select of bad keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from include.config.blocks.checks import CheckSpec
from include.quality.generic.target import Target


@dataclass(frozen=True, slots=True)
class RowRule:
    """True of a bad row; all of a table are counted in one pass over it.

    Attributes:
        values: Placeholder -> value.
    """

    condition: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SelectRule:
    """A select with the column `bad_key`, and `bad_share` where it says one.

    Attributes:
        is_whole: Its answer speaks of the whole table, not of single rows.
        total: How many things it judges, where those are not the table's rows.
        says_share: Its answer says itself how much of the table is touched.
    """

    sql: str
    values: Mapping[str, object] = field(default_factory=dict)
    is_whole: bool = False
    total: int | None = None
    says_share: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A declaration with its table, and the other table it names."""

    spec: CheckSpec
    target: Target
    other: Target | None = None
    other_column: str | None = None
