"""A sale at the counter as Square's order; what came back as an order of its own with `returns`.

Source: Square OpenAPI 2025-08-20, schemas Order, OrderLineItem, OrderReturn.
"""

from include.sandbox.economy.records import Refund, Sale, SaleLine
from include.sandbox.vendors.square.money import Json, moment, money

TAX_UID = "sales-tax"


def _line_total(line: SaleLine) -> int:
    return line.net + line.tax


def build_line(line: SaleLine, position: int, variation: Json | None) -> Json:
    """A line item with Square's own sums; a gift card is in no catalog."""
    found: Json = {
        "uid": f"line{position}",
        "name": line.listing.title,
        "variation_name": line.listing.variants[line.variant],
        "quantity": str(line.quantity),
        "item_type": "GIFT_CARD" if line.is_gift_card else "ITEM",
        "base_price_money": money(line.unit),
        "variation_total_price_money": money(line.gross),
        "gross_sales_money": money(line.gross),
        "total_tax_money": money(line.tax),
        "total_discount_money": money(line.discount),
        "total_service_charge_money": money(0),
        "total_money": money(_line_total(line)),
    }
    if variation is not None:
        found["catalog_object_id"] = variation["id"]
        found["catalog_version"] = variation["version"]
    if line.tax:
        found["applied_taxes"] = [
            {"uid": f"tax{position}", "tax_uid": TAX_UID, "applied_money": money(line.tax)}
        ]
    if line.discount:
        found["applied_discounts"] = [
            {
                "uid": f"applied{position}",
                "discount_uid": f"discount{position}",
                "applied_money": money(line.discount),
            }
        ]
    return found


def _amounts(total: int, tax: int, discount: int, tip: int) -> Json:
    return {
        "total_money": money(total),
        "tax_money": money(tax),
        "discount_money": money(discount),
        "tip_money": money(tip),
        "service_charge_money": money(0),
    }


def build_order(
    sale: Sale, order_id: str, place: str, customer: str | None, lines: list[Json], tip: int
) -> Json:
    """The order of a sale; `tip` comes on top of the sale's total."""
    total = sale.total + tip
    done = sale.cancelled_at or sale.paid_at
    state = "CANCELED" if sale.cancelled_at else "COMPLETED" if sale.paid_at else "OPEN"
    changed = max([sale.placed_at, *sale.edited_at, *([done] if done else [])])
    found: Json = {
        "id": order_id,
        "location_id": place,
        "source": {"name": "Square Point of Sale"},
        "line_items": lines,
        "created_at": moment(sale.placed_at),
        "updated_at": moment(changed),
        "state": state,
        "total_money": money(total),
        "total_tax_money": money(sale.tax),
        "total_discount_money": money(sale.discount),
        "total_tip_money": money(tip),
        "total_service_charge_money": money(0),
        "net_amounts": _amounts(total, sale.tax, sale.discount, tip),
        "net_amount_due_money": money(0 if sale.paid_at else total),
    }
    # Orders rung up at the register, not made through the Orders API, have no version.
    if sale.number % 3 == 0:
        found["version"] = 2 + len(sale.edited_at)
    if sale.number % 12 == 0:
        found["ticket_name"] = f"Ticket {sale.number % 60}"
    if done:
        found["closed_at"] = moment(done)
    if customer:
        found["customer_id"] = customer
    discounts = [(at, line) for at, line in enumerate(sale.lines) if line.discount]
    if discounts:
        found["discounts"] = [
            {
                "uid": f"discount{at}",
                "name": sale.discount_code or "Discount",
                "type": "FIXED_AMOUNT",
                "amount_money": money(line.discount),
                "applied_money": money(line.discount),
                "scope": "LINE_ITEM",
            }
            for at, line in discounts
        ]
    if sale.rounding:
        found["rounding_adjustment"] = _rounding(sale.rounding)
    if sale.tax:
        found["taxes"] = [
            {
                "uid": TAX_UID,
                "name": "Sales Tax",
                "type": "ADDITIVE",
                "percentage": f"{sale.ship_to.tax_bp / 100:g}",
                "applied_money": money(sale.tax),
                "scope": "LINE_ITEM",
            }
        ]
    return found


def _rounding(cents: int) -> Json:
    return {"uid": "rounding", "name": "Cash Rounding", "amount_money": money(cents)}


def build_return(sale: Sale, refund: Refund, order_id: str, source: Json) -> Json:
    """The order that a refund with goods makes: no line items, one return, negative net."""
    tax = sum(part for _, _, _, part in refund.lines)
    items = []
    for index, quantity, subtotal, part in refund.lines:
        line, sold = sale.lines[index], source["line_items"][index]
        items.append(
            {
                "uid": f"return{index}",
                "source_line_item_uid": sold["uid"],
                "name": sold["name"],
                "variation_name": sold["variation_name"],
                "catalog_object_id": sold.get("catalog_object_id", ""),
                "quantity": str(quantity),
                "item_type": "ITEM",
                "base_price_money": money(line.unit),
                "gross_return_money": money(quantity * line.unit),
                "total_tax_money": money(part),
                "total_discount_money": money(quantity * line.unit - subtotal),
                "total_money": money(subtotal + part),
            }
        )
    discount = sum(item["total_discount_money"]["amount"] for item in items)
    returned = _amounts(refund.total, tax, discount, 0)
    at = moment(refund.refunded_at)
    rounded = {"rounding_adjustment": _rounding(refund.rounding)} if refund.rounding else {}
    return {
        "id": order_id,
        "location_id": source["location_id"],
        "source": {"name": "Square Point of Sale"},
        "created_at": at,
        "updated_at": at,
        "closed_at": at,
        "state": "COMPLETED",
        "returns": [
            {
                "uid": "return",
                "source_order_id": source["id"],
                "return_line_items": items,
                "return_amounts": returned,
            }
            | rounded
        ],
        "return_amounts": returned,
        "net_amounts": _amounts(-refund.total, -tax, -discount, 0),
        "total_money": money(0),
        "total_tax_money": money(0),
        "total_discount_money": money(0),
        "total_tip_money": money(0),
        "total_service_charge_money": money(0),
        "net_amount_due_money": money(0),
    } | ({"customer_id": source["customer_id"]} if "customer_id" in source else {})
