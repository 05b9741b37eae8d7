"""Lines of a document as one flat list that adds up to its total."""

from collections.abc import Iterator
from typing import Any

# It repeats the sum of the lines above it.
SUMS = "SubTotalLineDetail"
GROUP = "GroupLineDetail"


def flatten_lines(record: dict[str, Any]) -> dict[str, Any]:
    """The record with subtotals left out, lines of bundles unpacked, links named.

    A bundle's own line stays with no amount, because its lines carry it. Changed in place.
    """
    lines = record.get("Line")
    if isinstance(lines, list):
        record["Line"] = [_linked(line) for line in _walk(lines, None)]
    return record


def _walk(lines: list[dict[str, Any]], group: str | None) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.get("DetailType") == SUMS:
            continue
        if group is not None:
            line["group_line_id"] = group
        inner = (line.get(GROUP) or {}).pop("Line", None) if line.get(GROUP) else None
        if inner:
            line.pop("Amount", None)
        yield line
        if inner:
            yield from _walk(inner, str(line.get("Id", "")))


def _linked(line: dict[str, Any]) -> dict[str, Any]:
    """The one document a payment's line pays."""
    links = line.get("LinkedTxn")
    if isinstance(links, list) and len(links) == 1:
        line["linked_transaction_id"] = links[0].get("TxnId")
        line["linked_transaction_type"] = links[0].get("TxnType")
    return line
