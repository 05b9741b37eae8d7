"""GAQL, parsed and checked: what Google refuses is refused with its code.

Source: developers.google.com/google-ads/api/docs/query/grammar and the error enums of v26.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from include.sandbox.vendors.google_ads.failure import query_error
from include.sandbox.vendors.google_ads.fields import (
    BELOW,
    CONVERSION_METRICS,
    CONVERSION_SEGMENTS,
    MEASURED,
    find_kind,
)

CLAUSES = re.compile(
    r"^\s*SELECT\s+(?P<select>.+?)\s+FROM\s+(?P<from>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+ORDER\s+BY\s+(?P<order>.+?))?"
    r"(?:\s+LIMIT\s+(?P<limit>\S+))?(?:\s+PARAMETERS\s+.+)?\s*$",
    re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(
    r"\s*(?P<field>[a-z_]+(?:\.[a-z_0-9]+)+)\s*"
    r"(?P<op>!=|>=|<=|=|>|<|NOT\s+IN\b|IN\b|BETWEEN\b|DURING\b|IS\s+NOT\s+NULL|IS\s+NULL)\s*"
    r"(?P<value>'[^']*'\s+AND\s+'[^']*'|\([^)]*\)|'[^']*'|[\w.-]+)?\s*(?:AND\b|$)",
    re.IGNORECASE,
)
PERIODS = {"TODAY": (0, 0), "YESTERDAY": (1, 1), "LAST_7_DAYS": (7, 1), "LAST_14_DAYS": (14, 1),
           "LAST_30_DAYS": (30, 1)}  # fmt: skip
FAR_PAST, FAR_FUTURE = date(1, 1, 1), date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Query:
    """One checked query.

    Attributes:
        tests: (field, predicate), all of which a row must pass; dates included.
        first, last: Days asked for, both inside.
    """

    fields: tuple[str, ...]
    resource: str
    tests: tuple[tuple[str, Callable[[Any], bool]], ...]
    orders: tuple[tuple[str, bool], ...]
    limit: int | None
    first: date
    last: date

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(f for f in self.fields if f.startswith("segments."))

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(f for f in self.fields if f.startswith("metrics."))


def parse(text: str, today: date) -> Query:
    """Read and check a query; what is wrong is refused with the `queryError` of the API."""
    match = CLAUSES.match(text)
    if match is None:
        code = "EXPECTED_FROM" if re.match(r"\s*SELECT\b", text, re.I) else "EXPECTED_SELECT"
        raise query_error(code, f"Error in query: {code.lower()}.")
    resource = match["from"]
    if resource not in BELOW:
        raise query_error("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"'{resource}' is not valid.")
    fields = tuple(part.strip() for part in match["select"].split(","))
    if len(set(fields)) != len(fields):
        raise query_error("QUERY_ERROR", "A field is selected twice.")
    conditions = _conditions(match["where"] or "")
    orders = tuple(_order(part) for part in (match["order"] or "").split(",") if part.strip())
    for field in (*fields, *(c[0] for c in conditions), *(o[0] for o in orders)):
        _check_field(field, resource)
    _check_together(fields, conditions)
    tests = [(f, _build_test(f, op, value, today)) for f, op, value in conditions]
    first, last = _bounds(conditions, today)
    if "segments.date" in fields and (first == FAR_PAST or last == FAR_FUTURE):
        raise query_error(
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "The query has a core date segment without a finite date range in WHERE.",
        )
    if resource == "click_view" and first != last:
        raise query_error(
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "Queries including click view must have a filter limiting the results to one day.",
        )
    limit = match["limit"]
    if limit is not None and (not limit.isdigit() or int(limit) < 1):
        raise query_error("BAD_LIMIT_VALUE", "LIMIT must be a positive number.")
    return Query(fields, resource, tuple(tests), orders, int(limit) if limit else None, first, last)


def _order(part: str) -> tuple[str, bool]:
    name, _, way = part.strip().partition(" ")
    return name, way.strip().upper() == "DESC"


def _conditions(text: str) -> list[tuple[str, str, str]]:
    found, at = [], 0
    while at < len(text):
        match = CONDITION.match(text, at)
        if match is None or match.end() == at:
            raise query_error("UNEXPECTED_INPUT", "Error in query: unexpected input in WHERE.")
        found.append((match["field"], " ".join(match["op"].upper().split()), match["value"] or ""))
        at = match.end()
    return found


def _check_field(field: str, resource: str) -> None:
    if find_kind(field) is None:
        raise query_error("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{field}'.")
    owner = field.partition(".")[0]
    if owner in ("segments", "metrics"):
        if resource not in MEASURED:
            code = f"PROHIBITED_{owner[:-1].upper()}_IN_SELECT_OR_WHERE_CLAUSE"
            raise query_error(code, f"'{field}' cannot be used with '{resource}'.")
    elif owner not in BELOW[resource]:
        raise query_error(
            "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE",
            f"'{owner}' cannot be selected from '{resource}'.",
        )


def _check_together(fields: tuple[str, ...], conditions: list[tuple[str, str, str]]) -> None:
    asked = {*fields, *(field for field, _, _ in conditions)}
    metrics = {field for field in asked if field.startswith("metrics.")}
    if CONVERSION_SEGMENTS & asked and metrics - CONVERSION_METRICS:
        raise query_error(
            "PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
            f"Cannot select or filter on {sorted(metrics - CONVERSION_METRICS)[0]} with it.",
        )
    for field, _, _ in conditions:
        if field.startswith("segments.") and field != "segments.date" and field not in fields:
            raise query_error(
                "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", f"'{field}' must be in SELECT."
            )


def _literals(value: str) -> list[str]:
    return [part.strip().strip("'\"") for part in value.strip("()").split(",") if part.strip()]


def _period(op: str, value: str, today: date) -> tuple[date, date]:
    """Days a condition on `segments.date` allows."""
    if op == "DURING":
        if value.upper() not in PERIODS:
            raise query_error("INVALID_VALUE_WITH_DURING_OPERATOR", f"'{value}' is not valid.")
        oldest, newest = PERIODS[value.upper()]
        return today - timedelta(days=oldest), today - timedelta(days=newest)
    try:
        days = [date.fromisoformat(text) for text in re.findall(r"'([^']*)'", value)]
    except ValueError:
        raise query_error("INVALID_DATE_FORMAT", f"Invalid date: {value}.") from None
    if len(days) != (2 if op == "BETWEEN" else 1):
        raise query_error("EXPECTED_VALUE_WITH_BETWEEN_OPERATOR", "Expected two dates.")
    if op == "BETWEEN":
        return days[0], days[1]
    low = {"=": days[0], ">=": days[0], ">": days[0] + timedelta(days=1)}.get(op, FAR_PAST)
    high = {"=": days[0], "<=": days[0], "<": days[0] - timedelta(days=1)}.get(op, FAR_FUTURE)
    return low, high


def _bounds(conditions: list[tuple[str, str, str]], today: date) -> tuple[date, date]:
    first, last = FAR_PAST, FAR_FUTURE
    for field, op, value in conditions:
        if field == "segments.date":
            low, high = _period(op, value, today)
            first, last = max(first, low), min(last, high)
    return first, last


def _build_test(field: str, op: str, value: str, today: date) -> Callable[[Any], bool]:
    if field == "segments.date":
        low, high = (day.isoformat() for day in _period(op, value, today))
        return lambda found: low <= str(found) <= high
    wanted = _literals(value)
    if op in ("=", "IN"):
        return lambda found: str(found) in wanted or (found is True and wanted == ["TRUE"])
    if op in ("!=", "NOT IN"):
        return lambda found: str(found) not in wanted
    if op in (">", ">=", "<", "<=") and wanted:
        bound = float(wanted[0])
        return {
            ">": lambda found: float(found) > bound,
            ">=": lambda found: float(found) >= bound,
            "<": lambda found: float(found) < bound,
            "<=": lambda found: float(found) <= bound,
        }[op]
    raise query_error("BAD_OPERATOR", f"sandbox: the operator {op} is not played.")
