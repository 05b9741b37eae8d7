"""Whatever money does in real shops is in every seed, and each vendor says it its own way."""

from collections import Counter
from decimal import Decimal

import pytest

from include.sandbox.economy.money_cases import (
    DUTY_FREE,
    FREE_SHIPPING,
    LAST_CENT_AT,
    NICKEL,
)
from include.sandbox.economy.records import Sale
from include.sandbox.economy.sales import tax_inside
from include.sandbox.serve.session import Session
from include.sandbox.vendors.shopify.vendor import fetch_shop
from include.sandbox.vendors.square.vendor import fetch_seller
from include.sandbox.vendors.stripe.vendor import fetch_account
from include.sandbox.world import SIZES, WorldSpec
from tests.worlds.seeds import SEEDS

WEB = {
    "tax inside", "tax on shipping inside", "code", "free shipping", "gift card sold",
    "gift card used", "tip", "pending", "withdrawn", "fee kept", "goodwill", "whole refund",
    "part refund", "refund of tax inside", "cancelled before capture", "duty",
}  # fmt: skip


def find_cases(sale: Sale) -> set[str]:
    """The kinds of money one web order shows."""
    back = sale.refunds[0] if sale.refunds else None
    is_whole = back is not None and len(back.lines) == len(sale.lines)
    found = {
        "tax inside": sale.vat_bp > 0,
        "tax on shipping inside": sale.vat_bp > 0 and sale.shipping_tax > 0,
        "code": sale.discount > 0,
        "free shipping": sale.discount_code == FREE_SHIPPING and sale.shipping_discount > 0,
        "gift card sold": sale.gift_cards > 0,
        "gift card used": sale.stored_value > 0,
        "tip": sale.tip > 0,
        "pending": sale.paid_at is None,
        "withdrawn": sale.withdrawn_at is not None,
        "fee kept": back is not None and back.adjustment < 0,
        "goodwill": back is not None and back.adjustment > 0,
        "whole refund": is_whole and sale.refunded == sale.total,
        "part refund": 0 < sale.refunded < sale.total,
        "refund of tax inside": back is not None and sale.vat_bp > 0,
        "cancelled before capture": sale.cancelled_at is not None,
        "duty": sale.duty > 0,
    }
    return {name for name, holds in found.items() if holds}


@pytest.fixture(scope="module", params=SEEDS)
def session(request: pytest.FixtureRequest) -> Session:
    return Session(WorldSpec(size=SIZES["small"], seed=request.param))


def test_every_seed_has_every_kind_of_a_web_shop(session: Session) -> None:
    sales = session.world.businesses["acme"].sales["shopify"]
    seen = Counter(name for sale in sales for name in find_cases(sale))
    assert WEB - set(seen) == set()


def test_every_seed_has_every_kind_of_stripe_and_square(session: Session) -> None:
    account = fetch_account(session, "corner")
    rest = [
        row
        for row in account.tables["balance_transactions"]
        if row["reporting_category"] == "partial_capture_reversal"
    ]
    charges = account.tables["charges"]
    part = [row for row in charges if 0 < row["amount_captured"] < row["amount"]]
    assert sum(row["amount"] for row in rest) == sum(
        row["amount_captured"] - row["amount"] for row in part
    )
    assert part
    lines = [
        line for order in fetch_seller(session, "corner").tables["orders"]
        for line in order.get("line_items", [])
    ]  # fmt: skip
    assert {line["item_type"] for line in lines} == {"ITEM", "GIFT_CARD"}
    tenders = [
        tender["type"] for order in fetch_seller(session, "corner").tables["orders"]
        for tender in order.get("tenders", [])
    ]  # fmt: skip
    assert {"CASH", "CARD", "SQUARE_GIFT_CARD"} <= set(tenders)


def test_shopifys_own_sums_hold(session: Session) -> None:
    """Lines, shipping, tax and tip make the total; a refund's parts make the money it moved."""

    def cents(bag: dict[str, dict[str, str]]) -> int:
        return int(Decimal(bag["shopMoney"]["amount"]) * 100)

    for order in fetch_shop(session, "acme").rows["Order"]:
        inside = order["taxesIncluded"]
        lines, shipping = order["lineItems"], order["shippingLine"]
        cuts = [cents(a["allocatedAmountSet"]) for r in lines for a in r["discountAllocations"]]
        free = [cents(a["allocatedAmountSet"]) for a in shipping["discountAllocations"]]
        taxes = [cents(t["priceSet"]) for r in [*lines, shipping] for t in r["taxLines"]]
        goods = sum(cents(row["originalTotalSet"]) for row in lines) - sum(cuts)
        charged = goods + cents(shipping["discountedPriceSet"])
        charged += (0 if inside else sum(taxes)) + cents(order["totalTipReceivedSet"])
        duty = order["originalTotalDutiesSet"]
        charged += cents(duty) if duty else 0
        assert charged == cents(order["totalPriceSet"])
        assert sum(cuts) + sum(free) == cents(order["totalDiscountsSet"])
        assert sum(taxes) == cents(order["totalTaxSet"])
        for refund in order["refunds"]:
            back = 0
            for row in refund["refundLineItems"]:
                back += cents(row["subtotalSet"])
                back += 0 if inside else cents(row["totalTaxSet"])
            for row in refund["refundShippingLines"]:
                back += cents(row["subtotalAmountSet"])
                back += 0 if inside else cents(row["taxAmountSet"])
            back -= sum(cents(row["amountSet"]) for row in refund["orderAdjustments"])
            back += sum(cents(row["amountSet"]) for row in refund["duties"])
            assert back == sum(cents(row["amountSet"]) for row in refund["transactions"])


def test_cash_at_the_tills_is_paid_in_nickels_since_the_last_cent(session: Session) -> None:
    """The rounding is a field of the order beside its lines; cards pay to the cent."""
    tables = fetch_seller(session, "corner").tables
    paid = {row["order_id"]: row for row in tables["payments"] if row["status"] == "COMPLETED"}
    steps = []
    for order in tables["orders"]:
        if order["id"] not in paid:
            continue
        rounded = order.get("rounding_adjustment", {"amount_money": {"amount": 0}})
        step = rounded["amount_money"]["amount"]
        lines = sum(line["total_money"]["amount"] for line in order["line_items"])
        owed = lines + order["total_tip_money"]["amount"] + step
        payment = paid[order["id"]]
        assert owed == order["total_money"]["amount"] == payment["total_money"]["amount"]
        if payment["source_type"] != "CASH":
            assert step == 0
        elif order["created_at"] >= f"{LAST_CENT_AT:%Y-%m-%d}":
            assert owed % NICKEL == 0
            steps.append(step)
    assert min(steps) < 0 < max(steps)
    assert max(abs(step) for step in steps) <= NICKEL // 2


def test_duty_comes_back_with_the_whole_of_the_goods_only(session: Session) -> None:
    bearing = [sale for sale in session.world.businesses["acme"].sales["shopify"] if sale.duty]
    for sale in bearing:
        goods = sale.gross - sale.discount
        assert sale.vat_bp and goods > DUTY_FREE
        for refund in sale.refunds:
            is_whole = sum(subtotal for _, _, subtotal, _ in refund.lines) == goods
            assert refund.duty == (sale.duty if is_whole else 0)


def test_tax_inside_is_taken_out_half_up() -> None:
    assert tax_inside(12_100, 2_100) == 2_100
    assert tax_inside(1, 2_000) == 0
    assert tax_inside(3, 2_000) == 1
