"""A report request, checked as Google checks it: unknown names and fields are refused."""

from dataclasses import dataclass
from typing import Any

from include.sandbox.vendors.google.errors import GoogleError
from include.sandbox.vendors.google_analytics.fields import DIMENSIONS, METRICS

MAX_DIMENSIONS, MAX_METRICS, MAX_ROWS, DEFAULT_ROWS = 9, 10, 250_000, 10_000
PLAYED = {
    "property", "dateRanges", "dimensions", "metrics", "limit", "offset", "orderBys",
    "keepEmptyRows", "returnPropertyQuota", "currencyCode",
}  # fmt: skip
NOT_PLAYED = {
    "dimensionFilter", "metricFilter", "metricAggregations", "cohortSpec", "comparisons",
}  # fmt: skip
Rows = list[tuple[tuple[str, ...], list[str]]]


def refuse(message: str) -> GoogleError:
    return GoogleError(400, "INVALID_ARGUMENT", message)


@dataclass(frozen=True, slots=True)
class Report:
    """One request.

    Attributes:
        dates: First and last day as asked for, both inside.
        orders: (position in dimensions + metrics, descending), most important first.
    """

    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    dates: tuple[str, str]
    limit: int
    offset: int
    orders: tuple[tuple[int, bool], ...]
    keep_empty: bool
    wants_quota: bool

    def sort(self, rows: Rows) -> Rows:
        """As `orderBys` say; without it no order is promised, and none is kept here."""
        rows = sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)
        for position, descending in reversed(self.orders):
            rows.sort(key=lambda row: _cell(row, position), reverse=descending)
        return rows


def _cell(row: tuple[tuple[str, ...], list[str]], position: int) -> tuple[float, str]:
    names, values = row
    if position < len(names):
        return 0.0, names[position]
    return float(values[position - len(names)]), ""


def build_report(body: dict[str, Any]) -> Report:
    """Read and check one request.

    Raises:
        GoogleError: 400 with Google's kind of message.
    """
    _check_names(body)
    dimensions = tuple(str(d.get("name")) for d in body.get("dimensions") or [])
    metrics = tuple(str(m.get("name")) for m in body.get("metrics") or [])
    check_fields(dimensions, metrics)
    ranges = body.get("dateRanges") or []
    if len(ranges) != 1:
        raise refuse(
            "dateRanges is required." if not ranges else "sandbox: one date range is played."
        )
    limit = _whole(body, "limit", DEFAULT_ROWS)
    if limit < 1:
        raise refuse("limit must be positive.")
    fields = (*dimensions, *metrics)
    orders = []
    for order in body.get("orderBys") or []:
        name = (order.get("dimension") or {}).get("dimensionName")
        name = name or (order.get("metric") or {}).get("metricName")
        if name not in fields:
            raise refuse(f"The field {name} in orderBys is not part of the request.")
        orders.append((fields.index(name), bool(order.get("desc"))))
    return Report(
        dimensions=dimensions,
        metrics=metrics,
        dates=(str(ranges[0].get("startDate")), str(ranges[0].get("endDate"))),
        limit=min(limit, MAX_ROWS),
        offset=_whole(body, "offset", 0),
        orders=tuple(orders),
        keep_empty=bool(body.get("keepEmptyRows")),
        wants_quota=bool(body.get("returnPropertyQuota")),
    )


def check_fields(dimensions: tuple[str, ...], metrics: tuple[str, ...]) -> None:
    """Counts and names.

    Raises:
        GoogleError: 400 naming the field.
    """
    for kind, names, known, most in (
        ("dimension", dimensions, DIMENSIONS, MAX_DIMENSIONS),
        ("metric", metrics, METRICS, MAX_METRICS),
    ):
        if len(names) > most:
            raise refuse(
                f"Requests are limited to {most} {kind}s. This request is for {len(names)}."
            )
        for name in names:
            if name not in known:
                raise refuse(
                    f"Field {name} is not a valid {kind}. For a list of valid dimensions and "
                    "metrics, see https://developers.google.com/analytics/devguides/reporting/"
                    "data/v1/api-schema"
                )
    if not metrics:
        raise refuse("At least one metric is required.")


def _check_names(body: dict[str, Any]) -> None:
    for name in body:
        if name in NOT_PLAYED:
            raise refuse(f"sandbox: {name} is not played.")
        if name not in PLAYED:
            raise refuse(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
            )


def _whole(body: dict[str, Any], name: str, default: int) -> int:
    try:
        # An explicit zero is what proto-JSON leaves out: the default.
        return int(body.get(name) or 0) or default
    except (TypeError, ValueError):
        raise refuse(f"Invalid value at '{name}' (TYPE_INT64), \"{body[name]}\"") from None
