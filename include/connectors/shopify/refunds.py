"""What refunds gave back: their lines, shipping, duties and adjustments.

A refund stands in a list of its order, and a list's connections cost too much in pages and are
refused in bulk operations; so refunds are asked for by id, some at a time, once their orders are
there. Source: shopify.dev, objects Refund and OrderAdjustment, read 2026-11.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from include.config.connector_spec import Stream
from include.connectors.shopify.graphql import GraphQL
from include.connectors.shopify.queries import (
    OF_REFUNDS,
    build_refund_lines_query,
    build_refunds_query,
)
from include.core.errors import ContractBroken

AT_ONCE = 12
PAGE = 10
# Gateways that put value on a card or an account of the shop instead of sending money.
STORED_VALUE = frozenset({"gift_card", "shopify_store_credit", "store_credit"})

Record = dict[str, Any]


def run_fill_refunds(graphql: GraphQL, stream: Stream, orders: Iterable[Record]) -> None:
    """Give orders `refundLineItems` and their refunds the sums of what else came back, in place.

    A refund that is gone meanwhile keeps nulls: its split then follows its order's.
    """
    refunds = [(order, refund) for order in orders for refund in order.get("refunds") or ()]
    found = {
        str(one["id"]): one
        for at in range(0, len(refunds), AT_ONCE)
        for one in _fetch(graphql, stream, [str(r["id"]) for _, r in refunds[at : at + AT_ONCE]])
    }
    for order, refund in refunds:
        lines = order.setdefault("refundLineItems", [])
        told = found.get(str(refund["id"]))
        if told is None:
            continue
        lines += [line | {"refund": {"id": refund["id"]}} for line in told["refundLineItems"]]
        refund["refundShippingLines"] = _sums(
            told["refundShippingLines"], total="subtotalAmountSet", tax="taxAmountSet"
        )
        refund["orderAdjustments"] = _sums(
            told["orderAdjustments"], total="amountSet", tax="taxAmountSet"
        )
        refund["duties"] = _sums(told.get("duties") or [], total="amountSet")
        refund["transactions"] = _sums(
            [one for one in told["transactions"] if _is_stored_value(one)],
            stored_value="amountSet",
        )


def _fetch(graphql: GraphQL, stream: Stream, ids: list[str]) -> Iterator[Record]:
    """Refunds with plain lists; fewer at a time where the shop finds them too expensive."""
    data = graphql.run(build_refunds_query(stream), {"ids": ids, "first": PAGE})
    if data is None:
        if len(ids) == 1:
            raise ContractBroken(
                f"refund `{ids[0]}` costs more than a query may. Expected room for one. Report it "
                "to the vendor."
            )
        half = len(ids) // 2
        yield from _fetch(graphql, stream, ids[:half])
        yield from _fetch(graphql, stream, ids[half:])
        return
    for node in data.get("nodes") or ():
        if node:
            yield _complete(graphql, stream, node)


def _complete(graphql: GraphQL, stream: Stream, node: Record) -> Record:
    """Connections as lists; lines beyond the first page are read, page by page."""
    info = (node.get("refundLineItems") or {}).get("pageInfo") or {}
    whole = {name: list((node.get(name) or {}).get("nodes") or ()) for name in OF_REFUNDS}
    seen: set[str] = set()
    while info.get("hasNextPage"):
        after = str(info.get("endCursor"))
        if after in seen:
            raise ContractBroken(
                f"`refundLineItems` of `{node['id']}` repeats a page. Expected the next one. Run "
                "again; if it stays, report it to the vendor."
            )
        seen.add(after)
        variables = {"id": node["id"], "first": PAGE * 4, "after": after}
        data = graphql.run(build_refund_lines_query(stream), variables) or {}
        page = (data.get("refund") or {}).get("refundLineItems")
        if page is None:
            break
        whole["refundLineItems"] += page["nodes"]
        info = page["pageInfo"]
    return node | whole


def _sums(rows: Iterable[Mapping[str, Any]], **fields: str) -> dict[str, str]:
    """Name -> the sum of a money field in shop money, as decimal text like the API's."""
    found = list(rows)
    return {
        name: str(sum((Decimal(row[field]["shopMoney"]["amount"]) for row in found), Decimal(0)))
        for name, field in fields.items()
    }


def _is_stored_value(transaction: Mapping[str, Any]) -> bool:
    return (
        transaction.get("kind") == "REFUND"
        and transaction.get("status") == "SUCCESS"
        and str(transaction.get("gateway") or "").lower() in STORED_VALUE
    )
