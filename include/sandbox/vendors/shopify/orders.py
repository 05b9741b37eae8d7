"""Orders of one shop with lines, taxes, shipping, transactions, fulfilments and refunds."""

from typing import Any

from include.sandbox.economy.records import Refund, Sale
from include.sandbox.vendors.shopify.money import gid, iso, iso_or_none, money_bag
from include.sandbox.vendors.shopify.people import build_mailing_address

Row = dict[str, Any]
GATEWAY = "stripe"


def order_name(sale: Sale) -> str:
    return f"#{1000 + sale.number}"


def build_tax_line(cents: int, sale: Sale) -> list[Row]:
    """The order's one tax; none when nothing is taxed."""
    if not cents:
        return []
    rate = sale.ship_to.tax_bp
    return [
        {
            "channelLiable": False,
            "priceSet": money_bag(cents, sale.presentment),
            "rate": rate / 10_000,
            "ratePercentage": rate / 100,
            "source": "Shopify",
            "title": f"{sale.ship_to.state} Tax",
        }
    ]


def build_line(sale: Sale, position: int, product: Row, discount: Row | None) -> Row:
    """One line item with what of it was discounted, taxed and given back."""
    line = sale.lines[position]
    back = sum(q for refund in sale.refunds for index, q, _, _ in refund.lines if index == position)
    variant = product["variants"][line.variant]
    left = 0 if sale.cancelled_at else line.quantity - back

    def bag(cents: int) -> Row:
        return money_bag(cents, sale.presentment)

    allocations = (
        [{"allocatedAmountSet": bag(line.discount), "discountApplication": discount}]
        if discount
        else []
    )
    title = None if variant["title"] == "Default Title" else variant["title"]
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line_number(sale, position)),
        "currentQuantity": left,
        "customAttributes": [],
        "discountAllocations": allocations,
        "discountedTotalSet": bag(line.net),
        "discountedUnitPriceAfterAllDiscountsSet": bag(line.net // line.quantity),
        "discountedUnitPriceSet": bag(line.unit),
        "isGiftCard": False,
        "name": f"{line.listing.title} - {title}" if title else line.listing.title,
        "originalTotalSet": bag(line.gross),
        "originalUnitPriceSet": bag(line.unit),
        "product": product,
        "quantity": line.quantity,
        "refundableQuantity": left,
        "requiresShipping": True,
        "sku": variant["sku"],
        "taxLines": build_tax_line(line.tax, sale),
        "taxable": True,
        "title": line.listing.title,
        "totalDiscountSet": bag(line.discount),
        "unfulfilledQuantity": 0 if sale.fulfilled_at else left,
        "variant": variant,
        "variantTitle": title,
        "vendor": line.listing.brand,
    }


def line_number(sale: Sale, position: int) -> int:
    return 14_000_000_000 + sale.number * 10 + position


def build_transactions(sale: Sale) -> list[Row]:
    """Sale, or authorization and void; refunds follow. `paymentId` ties to the processor."""
    number = 6_100_000_000 + sale.number * 10
    plan = [("SALE", sale.total, sale.placed_at)]
    if sale.cancelled_at:
        plan = [("AUTHORIZATION", sale.total, sale.placed_at), ("VOID", 0, sale.cancelled_at)]
    plan += [("REFUND", refund.total, refund.refunded_at) for refund in sale.refunds]
    found: list[Row] = []
    for position, (kind, cents, at) in enumerate(plan):
        found.append(
            {
                "__typename": "OrderTransaction",
                "errorCode": None,
                "id": gid("OrderTransaction", number + position),
                "amountSet": money_bag(cents, sale.presentment),
                "createdAt": iso(at),
                "formattedGateway": "Stripe",
                "gateway": "bogus" if sale.is_test else GATEWAY,
                "kind": kind,
                "manualPaymentGateway": False,
                "parentTransaction": found[0] if found else None,
                "paymentId": f"{order_name(sale)}.{position + 1}",
                "processedAt": iso(at),
                "settlementCurrency": "USD",
                "status": "SUCCESS",
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
                "restockType": "RETURN",
                "restocked": True,
                "subtotalSet": bag(subtotal),
                "totalTaxSet": bag(tax),
            }
        )
    shipping = []
    if refund.shipping:
        shipping.append(
            {
                "__typename": "RefundShippingLine",
                "id": gid("RefundShippingLine", number),
                "shippingLine": order["shippingLine"],
                "subtotalAmountSet": bag(refund.shipping),
                "taxAmountSet": bag(0),
            }
        )
    return {
        "__typename": "Refund",
        "id": gid("Refund", number),
        "legacyResourceId": str(number),
        "createdAt": iso(refund.refunded_at),
        "note": refund.reason,
        "order": order,
        "processedAt": iso(refund.refunded_at),
        "refundLineItems": lines,
        "refundShippingLines": shipping,
        "totalRefundedSet": bag(refund.total),
        "transactions": [paid_back],
        "updatedAt": iso(refund.refunded_at),
    }


def financial_status(sale: Sale) -> str:
    """Shopify's word for how far an order is paid."""
    if sale.cancelled_at:
        return "VOIDED"
    if sale.refunded:
        return "REFUNDED" if sale.refunded >= sale.total else "PARTIALLY_REFUNDED"
    return "PAID"


def build_order(sale: Sale, products: dict[int, Row], customer: Row | None, location: Row) -> Row:
    """One order; `products` by listing number."""
    number = 5_678_000_000 + sale.number
    party = sale.party
    discount = None
    if sale.discount_code:
        discount = {
            "__typename": "DiscountCodeApplication",
            "allocationMethod": "ACROSS",
            "index": 0,
            "targetSelection": "ALL",
            "targetType": "LINE_ITEM",
            "code": sale.discount_code,
            "value": {
                "__typename": "PricingPercentageValue",
                "percentage": float(sale.discount_code[-2:]),
            },
        }
    address = build_mailing_address(
        number, sale.ship_to, party.first_name, party.last_name, party.company_name, None
    )
    shipping = build_shipping(sale, number)
    if customer is not None:
        contact = customer["defaultEmailAddress"]
        email = contact["emailAddress"] if contact else None
    else:
        email = party.email
    order: Row = {
        "__typename": "Order",
        "retailLocation": None,
        "id": gid("Order", number),
        "legacyResourceId": str(number),
        "billingAddress": address,
        "cancelReason": "CUSTOMER" if sale.cancelled_at else None,
        "cancelledAt": iso_or_none(sale.cancelled_at),
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
        "edited": False,
        "email": email,
        "fullyPaid": sale.cancelled_at is None,
        "lineItems": [
            build_line(sale, position, products[line.listing.number], discount)
            for position, line in enumerate(sale.lines)
        ],
        "name": order_name(sale),
        "note": "gift wrap, please" if sale.edited_at else None,
        "number": 1000 + sale.number,
        "paymentGatewayNames": ["bogus" if sale.is_test else GATEWAY],
        "phone": None,
        "poNumber": None,
        "presentmentCurrencyCode": sale.presentment,
        "processedAt": iso(sale.placed_at),
        "refundable": sale.cancelled_at is None and sale.refunded < sale.total,
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
        "taxesIncluded": False,
        "test": sale.is_test,
        "totalWeight": str(sum(line.listing.weight_grams * line.quantity for line in sale.lines)),
        "transactions": build_transactions(sale),
        "unpaid": False,
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


def build_shipping(sale: Sale, number: int) -> Row:
    """The one shipping line."""
    bag = money_bag(sale.shipping, sale.presentment)
    return {
        "__typename": "ShippingLine",
        "carrierIdentifier": None,
        "code": "Standard",
        "custom": False,
        "deliveryCategory": None,
        "discountAllocations": [],
        "discountedPriceSet": bag,
        "id": gid("ShippingLine", number),
        "isRemoved": False,
        "originalPriceSet": bag,
        "phone": None,
        "source": "shopify",
        "taxLines": [],
        "title": "Standard" if sale.shipping else "Free shipping",
    }


def build_totals(sale: Sale) -> Row:
    """The money fields; `current...` is what is left after refunds and cancellation."""
    back = [part for refund in sale.refunds for part in refund.lines]
    gone = sale.cancelled_at is not None
    subtotal = sale.gross - sale.discount
    back_goods, back_tax = sum(part[2] for part in back), sum(part[3] for part in back)
    back_shipping = sum(refund.shipping for refund in sale.refunds)
    received = 0 if gone else sale.total
    amounts = {
        "cartDiscountAmountSet": sale.discount,
        "currentSubtotalPriceSet": 0 if gone else subtotal - back_goods,
        "currentTotalDiscountsSet": 0 if gone else sale.discount,
        "currentTotalPriceSet": 0 if gone else sale.total - sale.refunded,
        "currentTotalTaxSet": 0 if gone else sale.tax - back_tax,
        "netPaymentSet": received - sale.refunded,
        "originalTotalPriceSet": sale.total,
        "subtotalPriceSet": subtotal,
        "totalDiscountsSet": sale.discount,
        "totalOutstandingSet": 0,
        "totalPriceSet": sale.total,
        "totalReceivedSet": received,
        "totalRefundedSet": sale.refunded,
        "totalRefundedShippingSet": back_shipping,
        "totalShippingPriceSet": sale.shipping,
        "totalTaxSet": sale.tax,
        "totalTipReceivedSet": 0,
    }
    return {name: money_bag(cents, sale.presentment) for name, cents in amounts.items()}


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
