"""Tax, shipping and the sums of an order, as a shop prices: with tax inside or on top."""

from typing import Any

from include.sandbox.economy.records import Refund, Sale
from include.sandbox.vendors.shopify.money import gid, money_bag

Row = dict[str, Any]


def build_tax_line(cents: int, sale: Sale) -> list[Row]:
    """The order's one tax; none when nothing is taxed."""
    if not cents:
        return []
    rate = sale.vat_bp or sale.ship_to.tax_bp
    return [
        {
            "channelLiable": False,
            "priceSet": money_bag(cents, sale.presentment),
            "rate": rate / 10_000,
            "ratePercentage": rate / 100,
            "source": "Shopify",
            "title": "VAT" if sale.vat_bp else f"{sale.ship_to.state} Tax",
        }
    ]


def listed_shipping(sale: Sale) -> int:
    """Shipping as charged, on the order's price basis."""
    return sale.shipping + (sale.shipping_tax if sale.vat_bp else 0)


def listed_refund(sale: Sale, refund: Refund) -> int:
    """The goods of a refund on the order's price basis."""
    return sum(subtotal + (tax if sale.vat_bp else 0) for _, _, subtotal, tax in refund.lines)


def build_shipping(sale: Sale, number: int, discount: Row | None) -> Row:
    """The one shipping line; a shipping discount is in its discounted price and its allocation."""
    charged = listed_shipping(sale)

    def bag(cents: int) -> Row:
        return money_bag(cents, sale.presentment)

    cut = sale.shipping_discount
    return {
        "__typename": "ShippingLine",
        "carrierIdentifier": None,
        "code": "Standard",
        "custom": False,
        "deliveryCategory": None,
        "discountAllocations": (
            [{"allocatedAmountSet": bag(cut), "discountApplication": discount}] if cut else []
        ),
        "discountedPriceSet": bag(charged),
        "id": gid("ShippingLine", number),
        "isRemoved": False,
        "originalPriceSet": bag(charged + cut),
        "phone": None,
        "source": "shopify",
        "taxLines": build_tax_line(sale.shipping_tax, sale),
        "title": "Standard" if charged + cut else "Free shipping",
    }


def build_totals(sale: Sale) -> Row:
    """The money fields; `current...` is what is left after refunds and cancellation."""
    gone = sale.cancelled_at is not None
    discount = sum(line.listed_discount for line in sale.lines)
    subtotal = sum(line.listed for line in sale.lines) - discount
    back_goods = sum(listed_refund(sale, refund) for refund in sale.refunds)
    back_tax = sum(
        refund.shipping_tax + sum(part[3] for part in refund.lines) for refund in sale.refunds
    )
    back_shipping = sum(
        refund.shipping + (refund.shipping_tax if sale.vat_bp else 0) for refund in sale.refunds
    )
    total = sale.total + sale.tip
    received = 0 if gone or sale.paid_at is None else total
    owed = total if sale.paid_at is None and not gone else 0
    amounts = {
        "cartDiscountAmountSet": discount,
        "currentSubtotalPriceSet": 0 if gone else subtotal - back_goods,
        "currentTotalDiscountsSet": 0 if gone else discount + sale.shipping_discount,
        "currentTotalPriceSet": 0 if gone else total - sale.refunded,
        "currentTotalTaxSet": 0 if gone else sale.tax - back_tax,
        "netPaymentSet": received - sale.refunded,
        "originalTotalPriceSet": total,
        "subtotalPriceSet": subtotal,
        "totalDiscountsSet": discount + sale.shipping_discount,
        "totalOutstandingSet": owed,
        "totalPriceSet": total,
        "totalReceivedSet": received,
        "totalRefundedSet": sale.refunded,
        "totalRefundedShippingSet": back_shipping,
        "totalShippingPriceSet": listed_shipping(sale) + sale.shipping_discount,
        "totalTaxSet": sale.tax,
        "totalTipReceivedSet": sale.tip,
    }
    found: Row = {name: money_bag(cents, sale.presentment) for name, cents in amounts.items()}
    nothing = money_bag(0, sale.presentment)
    return found | {
        "originalTotalAdditionalFeesSet": None,
        # Null where the shop collects no duties for the buyer's country.
        "originalTotalDutiesSet": money_bag(sale.duty, sale.presentment) if sale.duty else None,
        "totalCashRoundingAdjustment": {"paymentSet": nothing, "refundSet": nothing},
    }
