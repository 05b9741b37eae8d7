"""How an order was paid and what was given back of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from include.sandbox.economy.records import Refund, Sale
from include.sandbox.vendors.shopify.money import gid, iso, money_bag

Row = dict[str, Any]
GATEWAY, STORED_VALUE = "stripe", "gift_card"
Plan = tuple[str, int, datetime, str]


def order_name(sale: Sale) -> str:
    return f"#{1000 + sale.number}"


def build_gateways(sale: Sale) -> list[str]:
    """Whom the buyer paid through, the card first."""
    card = "bogus" if sale.is_test else GATEWAY
    return [card, STORED_VALUE] if sale.stored_value else [card]


def _plan(sale: Sale) -> list[Plan]:
    card = build_gateways(sale)[0]
    at = sale.placed_at
    if sale.cancelled_at:
        held = ("AUTHORIZATION", sale.charged, at, card)
        return [held, ("VOID", 0, sale.cancelled_at, card)]
    plan = [("SALE", sale.charged, at, card)]
    plan += [("REFUND", refund.total, refund.refunded_at, card) for refund in sale.refunds]
    if sale.stored_value:
        plan.append(("SALE", sale.stored_value, at, STORED_VALUE))
    return plan


def build_transactions(sale: Sale) -> list[Row]:
    """Sale, or authorization and void; refunds follow. `paymentId` ties to the processor.

    An order that is not paid waits with a pending sale.
    """
    number = 6_100_000_000 + sale.number * 10
    found: list[Row] = []
    for position, (kind, cents, at, gateway) in enumerate(_plan(sale)):
        is_settling = kind in ("REFUND", "VOID")
        found.append(
            {
                "__typename": "OrderTransaction",
                "errorCode": None,
                "id": gid("OrderTransaction", number + position),
                "amountSet": money_bag(cents, sale.presentment),
                "createdAt": iso(at),
                "formattedGateway": gateway.replace("_", " ").title(),
                "gateway": gateway,
                "kind": kind,
                "manualPaymentGateway": False,
                "parentTransaction": found[0] if is_settling else None,
                "paymentId": f"{order_name(sale)}.{position + 1}",
                "processedAt": iso(at),
                "settlementCurrency": "USD",
                "status": "PENDING" if sale.paid_at is None else "SUCCESS",
                "test": sale.is_test,
            }
        )
    return found


def build_refund(sale: Sale, position: int, refund: Refund, order: Row) -> Row:
    """One refund with its lines and the transaction that paid it."""
    number = 930_000_000 + sale.number * 10 + position
    paid_back = [row for row in order["transactions"] if row["kind"] == "REFUND"][position]

    def bag(cents: int) -> Row:
        return money_bag(cents, sale.presentment)

    lines = []
    for place, (index, quantity, subtotal, tax) in enumerate(refund.lines):
        lines.append(
            {
                "__typename": "RefundLineItem",
                "id": gid("RefundLineItem", number * 10 + place),
                "lineItem": order["lineItems"][index],
                "location": None,
                "priceSet": bag(sale.lines[index].unit),
                "quantity": quantity,
                "restockType": "CANCEL" if sale.withdrawn_at else "RETURN",
                "restocked": True,
                "subtotalSet": bag(subtotal + (tax if sale.vat_bp else 0)),
                "totalTaxSet": bag(tax),
            }
        )
    shipping = []
    if refund.shipping:
        inside = refund.shipping_tax if sale.vat_bp else 0
        shipping.append(
            {
                "__typename": "RefundShippingLine",
                "id": gid("RefundShippingLine", number),
                "shippingLine": order["shippingLine"],
                "subtotalAmountSet": bag(refund.shipping + inside),
                "taxAmountSet": bag(refund.shipping_tax),
            }
        )
    return {
        "__typename": "Refund",
        "id": gid("Refund", number),
        "legacyResourceId": str(number),
        "createdAt": iso(refund.refunded_at),
        "duties": [{"amountSet": bag(refund.duty)}] if refund.duty else [],
        "note": refund.reason,
        "order": order,
        "orderAdjustments": _build_adjustments(number, refund, bag),
        "processedAt": iso(refund.refunded_at),
        "refundLineItems": lines,
        "refundShippingLines": shipping,
        "totalRefundedSet": bag(refund.total),
        "transactions": [paid_back],
        "updatedAt": iso(refund.refunded_at),
    }


def _build_adjustments(number: int, refund: Refund, bag: Callable[[int], Row]) -> list[Row]:
    """The refund's distance from what its lines come to; positive where the shop keeps money."""
    if not refund.adjustment:
        return []
    return [
        {
            "__typename": "OrderAdjustment",
            "id": gid("OrderAdjustment", number),
            "amountSet": bag(-refund.adjustment),
            "reason": "REFUND_DISCREPANCY",
            "taxAmountSet": bag(0),
        }
    ]
