"""Report requests and answers of the GA4 Data API, without any network.

Every value comes as a string and stays one, so that amounts and rates reach the warehouse exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from include.config.connector_spec import Stream
from include.core.errors import ContractBroken
from include.extract.http.date_slices import Slice, slice_key
from include.extract.record_path import pick

PAGE_ROWS = 100_000
OTHER = "(other)"
# proto-JSON leaves an empty text out; as a key it needs a word.
EMPTY = "(empty)"


@dataclass(frozen=True)
class Definition:
    """What one stream asks for, by API name."""

    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]


def build_definition(stream: Stream) -> Definition:
    """Dimensions and metrics are the columns below these paths, in order."""
    paths = [column.path or "" for column in stream.columns.values()]
    return Definition(
        tuple(p.removeprefix("dimensions.") for p in paths if p.startswith("dimensions.")),
        tuple(p.removeprefix("metrics.") for p in paths if p.startswith("metrics.")),
    )


def build_request(
    definition: Definition, piece: Slice, *, offset: int = 0, limit: int | None = None
) -> dict[str, Any]:
    """One date range only (two would count days twice), ordered by every dimension for paging."""
    return {
        "dimensions": [{"name": name} for name in definition.dimensions],
        "metrics": [{"name": name} for name in definition.metrics],
        "dateRanges": [{"startDate": piece.first.isoformat(), "endDate": piece.last.isoformat()}],
        "orderBys": [{"dimension": {"dimensionName": name}} for name in definition.dimensions],
        "limit": str(limit or PAGE_ROWS),
        "offset": str(offset),
        "returnPropertyQuota": True,
    }


def find_overlap() -> int:
    """Rows of a page that the page before has shown; pages of one row have no room for any."""
    return 1 if PAGE_ROWS > 1 else 0


@dataclass(frozen=True)
class Quality:
    """What the answer says about itself; stored beside each of its rows."""

    facts: dict[str, Any]

    @property
    def is_flagged(self) -> bool:
        """Something was folded, withheld or estimated; a shorter range may have less of it."""
        return any(self.facts[name] for name in ("has_data_loss", "is_thresholded", "is_sampled"))


def build_quality(metadata: dict[str, Any]) -> Quality:
    """proto-JSON leaves false out: a missing flag is false."""
    samples = metadata.get("samplingMetadatas") or []
    read = sum(int(s.get("samplesReadCount", 0)) for s in samples)
    space = sum(int(s.get("samplingSpaceSize", 0)) for s in samples)
    restrictions = pick(metadata, "schemaRestrictionResponse.activeMetricRestrictions") or []
    return Quality(
        {
            "has_data_loss": bool(metadata.get("dataLossFromOtherRow")),
            "is_thresholded": bool(metadata.get("subjectToThresholding")),
            "is_sampled": bool(samples),
            "sampled_share": str(round(Decimal(read) / space, 6)) if space else None,
            "restricted_metrics": sorted(str(r.get("metricName")) for r in restrictions) or None,
            "truncation_reasons": metadata.get("dataTruncationReasons") or None,
            "time_zone": metadata.get("timeZone"),
            "currency_code": metadata.get("currencyCode"),
        }
    )


def build_records(
    report: dict[str, Any], definition: Definition, property_id: str
) -> list[dict[str, Any]]:
    """Rows of one answer as records.

    Raises:
        ContractBroken: If columns are not those asked for, or rows are missing.
    """
    _check_headers(report, definition)
    rows = report.get("rows", [])
    if not isinstance(rows, list) or (not rows and report.get("rowCount")):
        raise ContractBroken(
            f"the report counts `{report.get('rowCount')}` rows and holds none. Expected `rows`. "
            "Run again; if it stays, report it to Google."
        )
    quality = build_quality(report.get("metadata") or {})
    # Metrics the login may not see come back as 0, which would be a wrong number.
    hidden = set(quality.facts["restricted_metrics"] or ())
    return [_record(row, definition, property_id, quality.facts, hidden) for row in rows]


def _record(
    row: dict[str, Any],
    definition: Definition,
    property_id: str,
    facts: dict[str, Any],
    hidden: set[str],
) -> dict[str, Any]:
    dimensions = dict(_values(definition.dimensions, row.get("dimensionValues") or [], EMPTY))
    metrics = dict(_values(definition.metrics, row.get("metricValues") or [], "0"))
    day = dimensions["date"]
    try:
        # `(other)` may stand for a date as well; there is no day to delete and insert then.
        when = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        raise ContractBroken(
            f"the report has a row for the date `{day[:20]}`. Expected YYYYMMDD. Lower "
            "`days_per_request` to 1."
        ) from None
    return {
        "property_id": property_id,
        "slice_key": slice_key(property_id, when),
        "is_other_row": OTHER in dimensions.values(),
        "dimensions": dimensions,
        "metrics": {name: None if name in hidden else v for name, v in metrics.items()},
        "report": facts,
    }


def _values(
    names: tuple[str, ...], cells: list[dict[str, Any]], default: str
) -> Iterator[tuple[str, str]]:
    if len(names) != len(cells):
        raise ContractBroken(
            f"a report row has `{len(cells)}` values. Expected {len(names)}. Run again; if it "
            "stays, report it to Google."
        )
    for name, cell in zip(names, cells, strict=True):
        yield name, str(cell.get("value") or default)


def _check_headers(report: dict[str, Any], definition: Definition) -> None:
    for kind, wanted in (("dimension", definition.dimensions), ("metric", definition.metrics)):
        headers = report.get(f"{kind}Headers")
        found = tuple(h.get("name") for h in headers) if isinstance(headers, list) else ()
        if found != wanted:
            shown = ", ".join(map(str, found)) or "none"
            raise ContractBroken(
                f"the report's {kind} headers are: {shown}. Expected {', '.join(wanted)}. Check "
                "the connection's host and the connector's columns."
            )
