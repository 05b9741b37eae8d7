"""Many checks to one SQL statement, with every name quoted and every value bound.

A statement per check costs a round trip and a plan each; ten streams have a hundred checks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SAMPLE_SIZE = 5
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True)
class BoundSql:
    """SQL in the driver's form and the values of its `%(name)s` marks.

    Attributes:
        says_share: It has a second column, `bad_share`.
    """

    text: str
    values: dict[str, object]
    says_share: bool = False


def quote_identifier(name: str) -> str:
    """A name as PostgreSQL reads it back, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def build_bound(
    sql: str, number: int, *, names: Mapping[str, str], values: Mapping[str, object]
) -> BoundSql:
    """Fill a check's placeholders: `{schema}` becomes a quoted name, `{feed}` a bound value.

    Args:
        number: The check's place in its statement; keeps its values apart from the others'.
        names: Placeholder -> identifier.
        values: Placeholder -> value.

    Raises:
        KeyError: If the SQL has a placeholder that is neither.
    """
    used: dict[str, object] = {}

    def fill(match: re.Match[str]) -> str:
        placeholder = match[1]
        if placeholder in names:
            return quote_identifier(names[placeholder])
        mark = f"{placeholder}_{number}"
        used[mark] = values[placeholder]
        return f"%({mark})s"

    return BoundSql(_PLACEHOLDER.sub(fill, sql.replace("%", "%%")), used)


def build_statement(checks: Sequence[BoundSql]) -> BoundSql:
    """One statement that answers (number, bad_rows, sample, share) for every check, in their order.

    The sample holds the five smallest keys as text, sorted; the share is null where none is said.
    """
    parts = [
        f"check_{number} as materialized (\n"
        f"select bad_key::text as bad_key, {'bad_share' if check.says_share else 'null'}::float8 "
        f"as bad_share from (\n{check.text}\n) as bad\n)"
        for number, check in enumerate(checks)
    ]
    answers = [
        f"select {number}, (select count(*) from check_{number}), array("
        f"select coalesce(bad_key, 'null') from check_{number} "
        f"order by bad_key limit {SAMPLE_SIZE}), (select max(bad_share) from check_{number})"
        for number in range(len(checks))
    ]
    text = "with " + ",\n".join(parts) + "\n" + "\nunion all\n".join(answers) + "\norder by 1"
    return BoundSql(text, {mark: v for check in checks for mark, v in check.values.items()})
