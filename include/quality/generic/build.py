"""A declaration to its rule, or the reason why it cannot be one of this table."""

from collections.abc import Callable

from include.quality.generic import rows, selects
from include.quality.generic.rule import Asked, RowRule, SelectRule
from include.quality.generic.shift import build_shift

Rule = RowRule | SelectRule
BUILDERS: dict[str, Callable[[Asked], Rule]] = {
    "not_null": rows.build_not_null,
    "accepted": rows.build_accepted,
    "range": rows.build_range,
    "pattern": rows.build_pattern,
    "unique": selects.build_unique,
    "duplicates": selects.build_duplicates,
    "refers_to": selects.build_refers_to,
    "row_count": selects.build_row_count,
    "sum": selects.build_sum,
    "fresh": selects.build_fresh,
    "ascending": selects.build_ascending,
    "every_day": selects.build_every_day,
    "mixed": selects.build_mixed,
    "constant": selects.build_constant,
    "sudden_nulls": selects.build_sudden_nulls,
    "shift": build_shift,
}
WHY = {
    "not_null": "Rows lack `{column}`.",
    "accepted": "`{column}` holds values that are not among the accepted ones.",
    "range": "`{column}` lies outside of its range.",
    "pattern": "`{column}` is not written as it should be.",
    "unique": "Several rows share one `{column}`.",
    "duplicates": "Rows say the same under different keys.",
    "refers_to": "`{column}` names what is not there.",
    "row_count": "There are too few or too many rows.",
    "sum": "The sums of `{column}` and its counterpart differ.",
    "fresh": "The newest row by `{column}` is too old.",
    "ascending": "The newest load does not reach as far as those before it.",
    "every_day": "Days have no row by `{column}`.",
    "mixed": "`{column}` holds more than one value where one is usual.",
    "constant": "`{column}` says the same in every row.",
    "sudden_nulls": "Recent rows lack `{column}` more often than those before.",
    "shift": "The values of `{column}` are spread otherwise than before.",
}


def find_fault(asked: Asked) -> str | None:
    """Why the check cannot run on the table as it is, in one sentence."""
    spec, target = asked.spec, asked.target
    for name in spec.own_columns:
        if name not in target.columns:
            return f"`{target.table}` has no column `{name}`."
    if asked.other_column and asked.other and asked.other_column not in asked.other.columns:
        return f"`{asked.other.table}` has no column `{asked.other_column}`."
    if spec.to and asked.other is None:
        return f"there is no table for `to`, `{spec.to}`."
    if spec.check in ("sudden_nulls", "shift"):
        by = spec.by or "_loaded_at"
        if not target.is_time(by):
            return f"`{by}` is no time column of `{target.table}`. Name one in `by`."
    if spec.check in ("fresh", "every_day") and not target.is_time(spec.column or ""):
        return f"`{spec.column}` is no time column of `{target.table}`."
    return None


def build_rule(asked: Asked) -> Rule:
    """The rule; `find_fault` has found nothing."""
    return BUILDERS[asked.spec.check](asked)


def build_why(asked: Asked) -> str:
    """What is wrong when it fails: said, or by its kind."""
    spec = asked.spec
    named = spec.column or "`, `".join(spec.columns)
    return spec.why or WHY[spec.check].format(column=named)
