"""Queries from declared columns, and answers completed: no network.

A column's path is the answer's name (`adGroupAd.ad.finalUrls`); what is selected is the same in
snake case. The REST answer leaves out zero, false and empty fields, so those that were selected
and have a natural zero are put back.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from include.config.connector_spec import Stream
from include.core.errors import ContractBroken
from include.extract.http.date_slices import Slice
from include.extract.rest.refused import require_no_fault

# Told for exactly one day a query.
CLICKS = "click_view"
_UPPER = re.compile(r"(?<!^)([A-Z])")
CLIENTS = (
    "SELECT customer_client.id, customer_client.manager, customer_client.status, "
    "customer_client.time_zone, customer_client.level FROM customer_client"
)


def build_field(path: str) -> str:
    """`adGroupAd.ad.finalUrls` to `ad_group_ad.ad.final_urls`."""
    return ".".join(_UPPER.sub(r"_\1", part).lower() for part in path.split("."))


def build_query(stream: Stream, piece: Slice | None) -> str:
    """The stream's query, for a slice of days when it is a report.

    Ordered by day, so that a read cut short knows which days it has seen whole.
    """
    fields = [build_field(c.path) for c in stream.columns.values() if c.path and "." in c.path]
    query = f"SELECT {', '.join(fields)} FROM {stream.path}"  # noqa: S608  GAQL; names come from connector.yaml
    conditions = [stream.params["where"]] if "where" in stream.params else []
    if piece is not None:
        is_day = stream.path == CLICKS and piece.first == piece.last
        days = f"= '{piece.first}'" if is_day else f"BETWEEN '{piece.first}' AND '{piece.last}'"
        conditions.append(f"segments.date {days}")
    if conditions:
        query += f" WHERE {' AND '.join(conditions)}"
    return f"{query} ORDER BY segments.date" if piece is not None else query


@dataclass(frozen=True)
class Shape:
    """What makes a row of the answer a whole record.

    Attributes:
        zeros: (steps to the object, field, value) of selected fields that were left out as zero.
        names: Steps to the objects whose undeclared `resourceName` goes: it repeats the ids of the
            row, on each of millions of rows.
    """

    zeros: tuple[tuple[tuple[str, ...], str, Any], ...]
    names: tuple[tuple[str, ...], ...]

    def complete(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row, changed in place."""
        for parents, last, zero in self.zeros:
            here = row
            for name in parents:
                here = here.setdefault(name, {})
            here.setdefault(last, zero)
        for steps in self.names:
            place: Any = row
            for name in steps:
                place = place.get(name) if isinstance(place, dict) else None
            if isinstance(place, dict):
                place.pop("resourceName", None)
                if not place and len(steps) == 1:
                    del row[steps[0]]
        return row


def build_shape(stream: Stream) -> Shape:
    """Zeros in the form the answer uses (int64 as text), so that a column is of one kind."""
    zeros: list[tuple[tuple[str, ...], str, Any]] = []
    objects: dict[tuple[str, ...], None] = {(_camel(stream.path or ""),): None}
    declared = {column.path for column in stream.columns.values()}
    for column in stream.columns.values():
        *parents, last = map(_camel, (column.path or "").split("."))
        objects |= {tuple(parents[: i + 1]): None for i in range(len(parents))}
        if parents[:1] == ["metrics"]:
            zeros.append((tuple(parents), last, "0" if column.type == "bigint" else Decimal(0)))
        elif parents and column.type == "bool":
            zeros.append((tuple(parents), last, False))
    named = (steps for steps in objects if f"{'.'.join(steps)}.resourceName" not in declared)
    return Shape(tuple(zeros), tuple(named))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)


def fetch_rows(body: Any, path: str) -> list[dict[str, Any]]:
    """`results`; an empty answer has none, but says which fields it would have had.

    Raises:
        ContractBroken: If the answer is not one of googleAds:search.
    """
    require_no_fault(body, path)
    if isinstance(body, dict):
        rows = body.get("results")
        if rows is None and body.keys() & {"results", "fieldMask"}:
            return []
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return rows
    keys = ", ".join(sorted(body)[:8]) if isinstance(body, dict) else type(body).__name__
    raise ContractBroken(
        f"the answer of `{path}` has no `results`, it has: {keys or 'nothing'}. Expected the rows "
        "of googleAds:search. Check the connection's host and the API version."
    )
