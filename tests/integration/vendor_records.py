"""Records as vendors' APIs send them, in raw tables through the columns connectors declare."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import psycopg

from include.config.connector_spec import Column
from include.connectors.shopify.graphql import GraphQL
from include.connectors.shopify.queries import sum_shares
from include.connectors.shopify.refunds import run_fill_refunds
from include.core import naming
from tests.integration import dbt_project

Record = dict[str, Any]
AT = "2026-01-02T12:00:00Z"


def run_put(
    connection: psycopg.Connection[Any], tenant: str, connector: str, stream: str, *records: Record
) -> None:
    """Records and their children, as a load writes them."""
    spec = dbt_project.connectors()[connector].streams[stream]
    for record in records:
        if (connector, stream) == ("shopify", "orders"):
            record = deepcopy(record)
            run_fill_refunds(cast(GraphQL, _Told(record["refunds"])), spec, [record])
        row = build_row(record, spec.columns)
        dbt_project.run_insert(connection, tenant, connector, stream, [row])
        parents = {naming.parent_key_column(key): row[key] for key in spec.primary_key}
        for name, child in spec.children.items():
            found = record.get(child.path or name) or []
            elements = found["nodes"] if isinstance(found, dict) else found
            rows = [
                build_row(prepared(connector, element), child.columns)
                | parents
                | {naming.POSITION: position}
                for position, element in enumerate(elements)
            ]
            table = naming.child_table(stream, name)
            dbt_project.run_insert(connection, tenant, connector, table, rows)


class _Told:
    """The shop that is asked for refunds by id: those given with their parts it tells."""

    def __init__(self, refunds: list[Record]) -> None:
        self._refunds = {one["id"]: one for one in refunds}

    def run(self, query: str, variables: Mapping[str, Any]) -> Record:
        told = (self._refunds[one] for one in variables["ids"])
        return {"nodes": [one if "refundLineItems" in one else None for one in told]}


def prepared(connector: str, element: Record) -> Record:
    """What the connector itself does with an element before it is loaded."""
    if connector == "shopify":
        element = dict(element)
        sum_shares(element)
    return element


def build_row(record: Record, columns: Mapping[str, Column]) -> Record:
    """Column -> the value at its path; an integer time is in seconds, as Stripe sends it."""
    row = {}
    for name, column in columns.items():
        value: Any = record
        for step in (column.path or name).split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if column.type == "timestamp" and isinstance(value, int):
            value = datetime.fromtimestamp(value, UTC)
        row[name] = value
    return row


def bag(amount: str, currency: str = "GBP") -> Record:
    money = {"amount": amount, "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def shopify_line(number: int, original: str, **more: Any) -> Record:
    """One piece; `off` is the line's own discount, `allocated` and `tax` lists of the shares."""
    off = more.pop("off", "0.00")
    allocated, taxes = more.pop("allocated", None), more.pop("tax", None)
    line: Record = {
        "id": f"gid://shopify/LineItem/{number}",
        "sku": f"SKU{number}",
        "name": "Thing",
        "quantity": 1,
        "isGiftCard": False,
        "originalUnitPriceSet": bag(original),
        "originalTotalSet": bag(original),
        "discountedTotalSet": bag(str(Decimal(original) - Decimal(off))),
        "totalDiscountSet": bag(off),
    }
    if allocated is not None:
        line["discountAllocations"] = [{"allocatedAmountSet": bag(a)} for a in allocated]
    if taxes is not None:
        line["taxLines"] = [{"priceSet": bag(t)} for t in taxes]
    return line | more


def shopify_order(number: int, lines: list[Record], **more: Any) -> Record:
    """Amounts by keyword: subtotal, discount, shipping, tax, total, tip; all else as in the API."""
    names = {
        "subtotal": "subtotalPriceSet", "discount": "totalDiscountsSet", "tax": "totalTaxSet",
        "shipping": "totalShippingPriceSet", "total": "totalPriceSet", "tip": "totalTipReceivedSet",
    }  # fmt: skip
    amounts = {path: bag(more.pop(name, "0.00")) for name, path in names.items()}
    order = {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": AT,
        "updatedAt": AT,
        "processedAt": AT,
        "test": False,
        "currencyCode": "GBP",
        "displayFinancialStatus": "PAID",
        "taxesIncluded": False,
        "paymentGatewayNames": ["shopify_payments"],
        "lineItems": {"nodes": lines},
        "refunds": [],
        "transactions": [],
    }
    return order | amounts | more


def shopify_refund(number: int, amount: str, **more: Any) -> Record:
    """A refund; with any of its parts given it tells them all, without one none.

    Parts: `lines` (line number, subtotal, tax), `shipping` (subtotal, tax), amounts `kept` and
    `duty`, `gateway` of its one transaction.
    """
    gid = f"gid://shopify/Refund/{number}"
    refund = {"id": gid, "createdAt": AT, "processedAt": AT, "totalRefundedSet": bag(amount)}
    if not more:
        return refund
    lines = [
        {"id": f"{gid}/{line}", "lineItem": {"id": f"gid://shopify/LineItem/{line}"}, "quantity": 1,
         "restockType": "RETURN", "subtotalSet": bag(subtotal), "totalTaxSet": bag(tax)}
        for line, subtotal, tax in more.get("lines", [])
    ]  # fmt: skip
    shipping = [
        {"subtotalAmountSet": bag(subtotal), "taxAmountSet": bag(tax)}
        for subtotal, tax in more.get("shipping", [])
    ]
    kept = [{"amountSet": bag(one), "taxAmountSet": bag("0")} for one in more.get("kept", [])]
    gateway = {"kind": "REFUND", "status": "SUCCESS", "gateway": more.get("gateway", "card")}
    parts = {
        "refundLineItems": lines,
        "refundShippingLines": shipping,
        "orderAdjustments": kept,
        "transactions": [gateway | {"amountSet": bag(amount)}],
    }
    duties = [{"amountSet": bag(one)} for one in more.get("duty", [])]
    return refund | {name: {"nodes": rows} for name, rows in parts.items()} | {"duties": duties}


def shopify_paid(number: str, amount: str, kind: str = "SALE", gateway: str = "card") -> Record:
    done = {"id": number, "kind": kind, "status": "SUCCESS", "gateway": gateway, "createdAt": AT}
    return done | {"amountSet": bag(amount)}


def shopify_shipping(original: str, charged: str, *taxes: str) -> Record:
    """The shipping lines of an order that has one."""
    line = {"id": "gid://shopify/ShippingLine/1", "title": "Standard", "isRemoved": False}
    line |= {"originalPriceSet": bag(original), "discountedPriceSet": bag(charged)}
    return {"nodes": [line | {"taxLines": [{"priceSet": bag(one)} for one in taxes]}]}


def stripe_charge(name: str, amount: int, **more: Any) -> Record:
    """A captured charge in minor units."""
    return {
        "id": f"ch_{name}",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "currency": "usd",
        "status": "succeeded",
        "captured": True,
        "refunded": False,
        "payment_method_details": {"type": "card"},
        "livemode": True,
        "metadata": {},
        "created": 1764547200,
    } | more


def square_money(amount: int, currency: str = "USD") -> Record:
    return {"amount": amount, "currency": currency}


def square_order(name: str, lines: list[Record], total: int, **more: Any) -> Record:
    """A completed order; `tax`, `discount`, `tip` in minor units are left out unless given."""
    order: Record = {
        "id": f"ord_{name}",
        "location_id": "L1",
        "state": "COMPLETED",
        "version": 1,
        "created_at": AT,
        "updated_at": AT,
        "line_items": [line | {"uid": f"u{at}"} for at, line in enumerate(lines)],
        "total_money": square_money(total),
    }
    for part in ("tax", "discount", "tip"):
        if part in more:
            order[f"total_{part}_money"] = square_money(more.pop(part))
    return order | more


def square_line(price: int, total: int, **more: Any) -> Record:
    """A line of one piece; `gross`, `tax`, `discount` in minor units are left out unless given."""
    line: Record = {
        "name": "Thing",
        "quantity": "1",
        "base_price_money": square_money(price),
        "total_money": square_money(total),
    }
    if "gross" in more:
        line["gross_sales_money"] = square_money(more.pop("gross"))
    for part in ("tax", "discount"):
        if part in more:
            line[f"total_{part}_money"] = square_money(more.pop(part))
    return line | more
