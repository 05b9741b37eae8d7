"""One GA4 property: answers runReport from its tables, with quotas, thresholds and `(other)`.

Source: discovery document analyticsdata v1beta revision 20261006.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.visits import Visits
from include.sandbox.vendors.google.errors import GoogleError
from include.sandbox.vendors.google_analytics.fields import METRICS
from include.sandbox.vendors.google_analytics.request import Report
from include.sandbox.vendors.google_analytics.tables import Table, build_tables

# Rows of one answer above which the smallest fold into `(other)`.
CARDINALITY = 50_000
# With Google signals on, places with fewer users are withheld.
LEAST_USERS = 2
THRESHOLDED = frozenset({"city", "region"})
OTHER = "(other)"
SUMMED = {"TYPE_INTEGER", "TYPE_CURRENCY"}


class Property:
    """One property as it is known now."""

    def __init__(
        self, number: str, visits: Visits, seed: int, now: datetime, *, has_signals: bool
    ) -> None:
        self.number, self.zone, self.now = number, visits.timezone, now
        self.has_signals = has_signals
        self.tables = build_tables(visits, seed, now)

    def find_table(self, dimensions: Iterable[str], metrics: Iterable[str]) -> Table | None:
        """The first table that has every field."""
        wanted = {METRICS[m].total for m in metrics}
        wanted |= {per for m in metrics if (per := METRICS[m].per)}
        asked = set(dimensions)
        found = (t for t in self.tables if asked <= t.dimensions and wanted <= t.totals)
        return next(found, None)

    def run(self, report: Report) -> dict[str, Any]:
        """The answer without quota.

        Raises:
            GoogleError: 400 for fields that do not go together.
        """
        table = self.find_table(report.dimensions, report.metrics)
        if table is None:
            names = ", ".join((*report.dimensions, *report.metrics))
            raise GoogleError(
                400,
                "INVALID_ARGUMENT",
                f"Please remove {names} to make the request compatible. The request's dimensions "
                "& metrics are incompatible. To learn more, see https://ga-dev-tools.google/ga4/"
                "dimensions-metrics-explorer/",
            )
        first, last = (self.resolve(bound) for bound in report.dates)
        if first > last:
            raise GoogleError(400, "INVALID_ARGUMENT", "startDate must be before endDate.")
        groups = _group(table, report.dimensions, first, last)
        metadata: dict[str, Any] = {"currencyCode": "USD", "timeZone": self.zone}
        if self.has_signals and THRESHOLDED & set(report.dimensions):
            kept = {k: t for k, t in groups.items() if t.get("users", LEAST_USERS) >= LEAST_USERS}
            if len(kept) < len(groups):
                groups, metadata["subjectToThresholding"] = kept, True
        if len(groups) > CARDINALITY:
            groups, metadata["dataLossFromOtherRow"] = _fold(groups, report.dimensions), True
        rows = [(key, _measure(report.metrics, totals)) for key, totals in groups.items()]
        if not report.keep_empty:
            rows = [row for row in rows if any(Decimal(value) for value in row[1])]
        return _answer(report, report.sort(rows), metadata)

    def resolve(self, text: str) -> date:
        """`YYYY-MM-DD`, `today`, `yesterday` or `NdaysAgo`, in the property's zone.

        Raises:
            GoogleError: 400 for anything else.
        """
        today = self.now.astimezone(ZoneInfo(self.zone)).date()
        relative = {"today": 0, "yesterday": 1}.get(text)
        if text.endswith("daysAgo") and text[: -len("daysAgo")].isdigit():
            relative = int(text[: -len("daysAgo")])
        if relative is not None:
            return today - timedelta(days=relative)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise GoogleError(
                400, "INVALID_ARGUMENT", f"Invalid date: {text}. Expected YYYY-MM-DD."
            ) from None


Totals = dict[str, int]


def _group(
    table: Table, dimensions: tuple[str, ...], first: date, last: date
) -> dict[tuple[str, ...], Totals]:
    found: dict[tuple[str, ...], Totals] = {}
    low, high = first.strftime("%Y%m%d"), last.strftime("%Y%m%d")
    for names, totals in table.between(low, high):
        sums = found.setdefault(tuple(names[d] for d in dimensions), {})
        for name, value in totals.items():
            sums[name] = sums.get(name, 0) + value
    return found


def _fold(
    groups: dict[tuple[str, ...], Totals], dimensions: tuple[str, ...]
) -> dict[tuple[str, ...], Totals]:
    """The largest rows stay, the rest of each day becomes one row."""
    largest = sorted(groups, key=lambda key: (-max(groups[key].values()), key))[:CARDINALITY]
    found = {key: groups[key] for key in largest}
    for key, totals in groups.items():
        if key in found and OTHER not in key:
            continue
        other = tuple(v if d == "date" else OTHER for d, v in zip(dimensions, key, strict=True))
        sums = found.setdefault(other, {})
        for name, value in totals.items():
            sums[name] = sums.get(name, 0) + value
    return found


def _measure(metrics: tuple[str, ...], totals: Totals) -> list[str]:
    """Every value is a string; amounts in major units, ratios with all their digits."""
    values = []
    for name in metrics:
        metric, total = METRICS[name], totals[METRICS[name].total]
        if metric.per:
            values.append(repr(total / totals[metric.per]) if totals[metric.per] else "0")
        elif metric.kind == "TYPE_CURRENCY" or name == "eventValue":
            values.append(f"{Decimal(total) / 100:f}")
        else:
            values.append(str(total))
    return values


def _answer(
    report: Report, rows: list[tuple[tuple[str, ...], list[str]]], metadata: dict[str, Any]
) -> dict[str, Any]:
    page = rows[report.offset : report.offset + report.limit]
    body: dict[str, Any] = {
        "dimensionHeaders": [{"name": name} for name in report.dimensions],
        "metricHeaders": [{"name": n, "type": METRICS[n].kind} for n in report.metrics],
    }
    if page:
        body["rows"] = [
            {
                "dimensionValues": [{"value": value} for value in key],
                "metricValues": [{"value": value} for value in values],
            }
            for key, values in page
        ]
    if rows:
        body["rowCount"] = len(rows)
    return body | {"metadata": metadata, "kind": "analyticsData#runReport"}
