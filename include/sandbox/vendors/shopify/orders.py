"""Orders of one shop with lines, taxes, shipping, transactions, fulfilments and refunds."""

from typing import Any

from include.sandbox.economy.money_cases import FREE_SHIPPING
from include.sandbox.economy.records import Sale
from include.sandbox.vendors.shopify.money import gid, iso, iso_or_none, money_bag
from include.sandbox.vendors.shopify.people import build_mailing_address
from include.sandbox.vendors.shopify.totals import build_shipping, build_tax_line, build_totals
from include.sandbox.vendors.shopify.transactions import (
    build_gateways,
    build_refund,
    build_transactions,
    order_name,
)

Row = dict[str, Any]


def build_line(sale: Sale, position: int, product: Row, discount: Row | None) -> Row:
    """One line item with what of it was discounted, taxed and given back."""
    line = sale.lines[position]
    back = sum(q for refund in sale.refunds for index, q, _, _ in refund.lines if index == position)
    variant = product["variants"][line.variant]
    left = 0 if sale.cancelled_at or sale.withdrawn_at else line.quantity - back

    def bag(cents: int) -> Row:
        return money_bag(cents, sale.presentment)

    is_cut = discount is not None and discount["targetType"] == "LINE_ITEM"
    allocations = (
        [{"allocatedAmountSet": bag(line.listed_discount), "discountApplication": discount}]
        if is_cut and line.discount
        else []
    )
    title = None if variant["title"] == "Default Title" else variant["title"]
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line_number(sale, position)),
        "currentQuantity": left,
        "customAttributes": [],
        "discountAllocations": allocations,
        # Code discounts of the whole order are in the allocations only.
        "discountedTotalSet": bag(line.listed),
        "discountedUnitPriceAfterAllDiscountsSet": bag(
            (line.listed - line.listed_discount) // line.quantity
        ),
        "discountedUnitPriceSet": bag(line.unit),
        "isGiftCard": line.is_gift_card,
        "name": f"{line.listing.title} - {title}" if title else line.listing.title,
        "originalTotalSet": bag(line.listed),
        "originalUnitPriceSet": bag(line.unit),
        "product": product,
        "quantity": line.quantity,
        "refundableQuantity": left,
        "requiresShipping": not line.is_gift_card,
        "sku": variant["sku"],
        "taxLines": build_tax_line(line.tax, sale),
        "taxable": not line.is_gift_card,
        "title": line.listing.title,
        "totalDiscountSet": bag(0),
        "unfulfilledQuantity": 0 if sale.fulfilled_at else left,
        "variant": variant,
        "variantTitle": title,
        "vendor": line.listing.brand,
    }


def line_number(sale: Sale, position: int) -> int:
    return 14_000_000_000 + sale.number * 10 + position


def financial_status(sale: Sale) -> str:
    """Shopify's word for how far an order is paid."""
    if sale.cancelled_at:
        return "VOIDED"
    if sale.paid_at is None:
        return "PENDING"
    if sale.refunded:
        return "REFUNDED" if sale.refunded >= sale.total else "PARTIALLY_REFUNDED"
    return "PAID"


def build_discount(sale: Sale) -> Row | None:
    """What the code does: percents off the whole order, or free shipping."""
    if not sale.discount_code:
        return None
    is_shipping = sale.discount_code == FREE_SHIPPING
    return {
        "__typename": "DiscountCodeApplication",
        "allocationMethod": "EACH" if is_shipping else "ACROSS",
        "index": 0,
        "targetSelection": "ALL",
        "targetType": "SHIPPING_LINE" if is_shipping else "LINE_ITEM",
        "code": sale.discount_code,
        "value": {
            "__typename": "PricingPercentageValue",
            "percentage": 100.0 if is_shipping else float(sale.discount_code[-2:]),
        },
    }


def build_order(sale: Sale, products: dict[int, Row], customer: Row | None, location: Row) -> Row:
    """One order; `products` by listing number."""
    number = 5_678_000_000 + sale.number
    party = sale.party
    discount = build_discount(sale)
    address = build_mailing_address(
        number, sale.ship_to, party.first_name, party.last_name, party.company_name, None
    )
    shipping = build_shipping(sale, number, discount)
    if customer is not None:
        contact = customer["defaultEmailAddress"]
        email = contact["emailAddress"] if contact else None
    else:
        email = party.email
    is_paid = sale.cancelled_at is None and sale.paid_at is not None
    order: Row = {
        "__typename": "Order",
        "retailLocation": None,
        "id": gid("Order", number),
        "legacyResourceId": str(number),
        "billingAddress": address,
        "cancelReason": "CUSTOMER" if sale.cancelled_at or sale.withdrawn_at else None,
        "cancelledAt": iso_or_none(sale.cancelled_at or sale.withdrawn_at),
        "clientIp": None,
        "closed": sale.fulfilled_at is not None,
        "closedAt": iso_or_none(sale.fulfilled_at),
        "confirmed": True,
        "createdAt": iso(sale.placed_at),
        "currencyCode": "USD",
        "customAttributes": [
            {"key": "utm_source", "value": sale.touch.source},
            {"key": "utm_medium", "value": sale.touch.medium},
        ]
        + ([{"key": "utm_campaign", "value": sale.touch.campaign}] if sale.touch.campaign else []),
        "customer": customer,
        "customerAcceptsMarketing": sale.number % 3 > 0,
        "customerLocale": "de" if sale.presentment == "EUR" else "en",
        "discountApplications": [discount] if discount else [],
        "discountCode": sale.discount_code,
        "discountCodes": [sale.discount_code] if sale.discount_code else [],
        "displayFinancialStatus": financial_status(sale),
        "displayFulfillmentStatus": "FULFILLED" if sale.fulfilled_at else "UNFULFILLED",
        "dutiesIncluded": False,
        "edited": False,
        "email": email,
        "fullyPaid": is_paid,
        "lineItems": [
            build_line(sale, position, products[line.listing.number], discount)
            for position, line in enumerate(sale.lines)
        ],
        "name": order_name(sale),
        "note": "gift wrap, please" if sale.edited_at else None,
        "number": 1000 + sale.number,
        "paymentGatewayNames": build_gateways(sale),
        "phone": None,
        "poNumber": None,
        "presentmentCurrencyCode": sale.presentment,
        "processedAt": iso(sale.placed_at),
        "refundable": is_paid and sale.refunded < sale.total,
        "requiresShipping": True,
        "returnStatus": "RETURNED" if sale.refunds else "NO_RETURN",
        "shippingAddress": address,
        "shippingLine": shipping,
        "shippingLines": [shipping],
        "sourceIdentifier": None,
        "sourceName": "web",
        "tags": [],
        "taxExempt": False,
        "taxLines": build_tax_line(sale.tax, sale),
        "taxesIncluded": sale.vat_bp > 0,
        "test": sale.is_test,
        "totalWeight": str(sum(line.listing.weight_grams * line.quantity for line in sale.lines)),
        "transactions": build_transactions(sale),
        "unpaid": sale.paid_at is None,
        "updatedAt": iso(sale.updated_at),
    }
    order |= build_totals(sale)
    order["fulfillments"] = build_fulfillments(sale, order, location)
    for transaction in order["transactions"]:
        transaction["order"] = order
    order["refunds"] = [
        build_refund(sale, place, refund, order) for place, refund in enumerate(sale.refunds)
    ]
    return order


def build_fulfillments(sale: Sale, order: Row, location: Row) -> list[Row]:
    """The one parcel of a shipped order."""
    if sale.fulfilled_at is None:
        return []
    number = 4_400_000_000 + sale.number
    return [
        {
            "__typename": "Fulfillment",
            "id": gid("Fulfillment", number),
            "legacyResourceId": str(number),
            "createdAt": iso(sale.fulfilled_at),
            "deliveredAt": None,
            "location": location,
            "name": f"{order['name']}.1",
            "order": order,
            "requiresShipping": True,
            "status": "SUCCESS",
            "totalQuantity": sum(line.quantity for line in sale.lines),
            "updatedAt": iso(sale.fulfilled_at),
        }
    ]
