"""Kinds of checks that look at one row at a time."""

from datetime import date
from decimal import Decimal

from include.quality.generic.rule import Asked, RowRule
from include.quality.statement import quote_identifier


def build_not_null(asked: Asked) -> RowRule:
    """An empty text says as little as a null."""
    column = _column(asked)
    if asked.target.is_text(asked.spec.column or ""):
        return RowRule(f"({column} is null or trim({column}) = '')")
    return RowRule(f"{column} is null")


def build_accepted(asked: Asked) -> RowRule:
    """Nulls are another check's business."""
    column = _column(asked)
    values = {f"value_{place}": str(one) for place, one in enumerate(asked.spec.values)}
    listed = ", ".join(f"{{{mark}}}" for mark in values)
    return RowRule(f"({column} is not null and concat('', {column}) not in ({listed}))", values)


def build_range(asked: Asked) -> RowRule:
    """Both ends belong to the range."""
    column, spec = _column(asked), asked.spec
    bounds = {"least": spec.least, "most": spec.most}
    values = {name: exact(bound) for name, bound in bounds.items() if bound is not None}
    signs = {"least": "<", "most": ">"}
    return RowRule(
        f"({' or '.join(f'{column} {signs[name]} {{{name}}}' for name in values)})", values
    )


def build_pattern(asked: Asked) -> RowRule:
    """The expression may match any part of the text: `^` and `$` make it the whole."""
    column = _column(asked)
    matches = f"regexp_like(concat('', {column}), {{pattern}})"
    return RowRule(f"({column} is not null and not {matches})", {"pattern": asked.spec.pattern})


def exact(bound: int | float | date) -> object:
    """A number from YAML as it was written: 0.1 is a tenth."""
    return Decimal(str(bound)) if isinstance(bound, float) else bound


def _column(asked: Asked) -> str:
    return quote_identifier(asked.spec.column or "")
