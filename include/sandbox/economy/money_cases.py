"""What money does in real shops: laid over the plain sales, one in so many of each kind.

By the number of a sale, never by a dice of its own: every seed and size has all kinds, a later
state keeps the earlier ones, and the README can say how many there are.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from include.sandbox.economy.records import Listing, Refund, Sale, SaleLine

GIFT_CARD, FACE_VALUE = "GIFT-CARD", 5_000
FREE_SHIPPING = "FREESHIP"
GOODWILL, KEPT_FEE, HELD_MORE = 300, 200, 1_500
# Parcels worth less enter Britain (135 GBP) and the EU (150 EUR) free of duty; in cents.
DUTY_FREE, DUTY_BP = 17_000, 450
# The last cent was struck on 2025-11-12; from then on cash is paid in steps of five cents.
NICKEL, LAST_CENT_AT = 5, datetime(2025, 11, 12, tzinfo=UTC)
# One sale in so many, by (number % every == at). A sale gets the first kind that fits it.
WEB_CASES = {
    "pending": (40, 3),
    "withdrawn": (40, 13),
    "gift card sold": (25, 6),
    "gift card used": (25, 11),
    "tip": (25, 16),
    "free shipping": (10, 4),
}


def build_gift_card(tenant: str, since: datetime) -> Listing:
    """A gift card, beside the goods: it has no stock and nobody files it under them."""
    return Listing(
        tenant=tenant,
        number=900_002,
        product_id=f"prd_gift_card_{tenant}",
        sku=GIFT_CARD,
        title="Gift card",
        category="Gift cards",
        subcategory="Gift card",
        brand=tenant.title(),
        cost=0,
        weight_grams=0,
        created_at=since,
        prices=[(since, FACE_VALUE)],
        variants=("one",),
    )


def is_gift_card(listing: Listing) -> bool:
    return listing.sku == GIFT_CARD


def _is_case(sale: Sale, case: str) -> bool:
    every, at = WEB_CASES[case]
    return sale.number % every == at


def run_web_cases(sales: list[Sale], card: Listing) -> None:
    """Cases of a web shop; a partial refund may be paid above or below what it computes to."""
    adjusted = 0
    for sale in sales:
        if not sale.counts:
            continue
        if sale.refunds:
            refund = sale.refunds[0]
            if refund.shipping + refund.shipping_tax == 0 and refund.total > 2 * KEPT_FEE:
                adjusted += 1
                refund.adjustment = _adjust(sale, refund, adjusted)
        elif _is_case(sale, "pending"):
            sale.paid_at = sale.fulfilled_at = None
        elif _is_case(sale, "withdrawn"):
            _withdraw(sale)
        elif _is_case(sale, "gift card sold"):
            sale.lines.append(_card_line(card))
        elif _is_case(sale, "gift card used"):
            sale.stored_value = sale.total // 2
        elif _is_case(sale, "tip"):
            sale.tip = 100 + sale.total // 10
        elif _is_case(sale, "free shipping") and sale.shipping and not sale.discount_code:
            sale.discount_code = FREE_SHIPPING
            sale.shipping_discount, sale.shipping, sale.shipping_tax = (
                sale.shipping + sale.shipping_tax,
                0,
                0,
            )


def _adjust(sale: Sale, refund: Refund, ordinal: int) -> int:
    """In turn a restocking fee kept, goodwill on top, and nothing."""
    if ordinal % 3 == 1:
        return -KEPT_FEE
    has_room = refund.total + GOODWILL <= sale.charged
    return GOODWILL if ordinal % 3 == 2 and has_room else 0


def _withdraw(sale: Sale) -> None:
    """The buyer changes their mind before the parcel leaves: all is given back."""
    sale.withdrawn_at = sale.placed_at + timedelta(hours=3)
    lines = [(i, line.quantity, line.net, line.tax) for i, line in enumerate(sale.lines)]
    sale.fulfilled_at = None
    whole = Refund(sale.withdrawn_at, lines, sale.shipping, "cancelled", sale.shipping_tax)
    whole.duty = sale.duty
    sale.refunds.append(whole)


def run_duties(sales: Iterable[Sale]) -> None:
    """Goods to Britain and Germany above the free value bear duty, paid at checkout.

    Duty comes back with the whole of the goods, not with a part of them.
    """
    for sale in sales:
        goods = sale.gross - sale.discount
        if sale.vat_bp and goods > DUTY_FREE:
            sale.duty = (goods * DUTY_BP + 5_000) // 10_000
            for refund in sale.refunds:
                if sum(subtotal for _, _, subtotal, _ in refund.lines) == goods:
                    refund.duty = sale.duty


def _to_nickel(cents: int) -> int:
    """What rounding to the next five cents adds (or takes); cents never lie half-way."""
    return (cents + NICKEL // 2) // NICKEL * NICKEL - cents


def run_cash_rounding(sales: Iterable[Sale]) -> None:
    """Cash sales since the last cent, and what of them is given back in cash."""
    for sale in sales:
        if sale.payment_method != "cash" or sale.placed_at < LAST_CENT_AT:
            continue
        sale.rounding = _to_nickel(sale.total - sale.rounding)
        for refund in sale.refunds:
            refund.rounding = _to_nickel(refund.total - refund.rounding)


def _card_line(card: Listing) -> SaleLine:
    return SaleLine(card, 0, 1, FACE_VALUE, 0, is_gift_card=True)


def run_capture_cases(sales: list[Sale]) -> None:
    """Of every 25th counter sale less was captured than was held: an article was out of stock."""
    for sale in sales:
        if sale.number % 25 == 3 and sale.counts:
            sale.authorised = sale.charged + HELD_MORE


def run_till_cases(sales: list[Sale], card: Listing) -> None:
    """Every 25th sale of a till sells a gift card, another one is paid with one."""
    for sale in sales:
        if sale.refunds or not sale.counts:
            continue
        if sale.number % 25 == 6:
            sale.lines.append(_card_line(card))
        elif sale.number % 25 == 11:
            sale.payment_method = "gift_card"
