"""Sales orders, invoices and credit notes of the site.

Amounts: `amount` is quantity x rate after the line's discount; taxes come on top, so `net_total`
equals `total` and `grand_total` is what the buyer owes. Credit notes are negative throughout.
"""

from datetime import timedelta

from include.sandbox.economy.confusions.labels import spell_title
from include.sandbox.economy.erp import ErpInvoice, ErpOrder
from include.sandbox.economy.records import Refund, Sale
from include.sandbox.vendors.erpnext.documents import (
    ABBR,
    CANCELLED,
    COMPANY,
    DRAFT,
    SUBMITTED,
    WAREHOUSES,
    Json,
    amount,
    build_child,
    build_document,
    clock_time,
    day,
)

# (index of the sale's line, pieces, cents after discount, cents of tax)
COUNTER_DAYS = timedelta(days=1)
Part = tuple[int, int, int, int]


def parts_of(sale: Sale) -> list[Part]:
    return [(i, line.quantity, line.net, line.tax) for i, line in enumerate(sale.lines)]


def parts_of_refund(refund: Refund) -> list[Part]:
    return [(i, -count, -net, -tax) for i, count, net, tax in refund.lines]


def _totals(parts: list[Part], shipping: int) -> Json:
    net = sum(part[2] for part in parts)
    taxes = sum(part[3] for part in parts) + shipping
    found: Json = {
        "currency": "USD",
        "conversion_rate": 1.0,
        "apply_discount_on": "Grand Total",
        "additional_discount_percentage": 0.0,
        "discount_amount": 0.0,
        "base_discount_amount": 0.0,
        "loyalty_points": 0,
        "loyalty_amount": 0.0,
    }
    for prefix in ("", "base_"):
        found |= {
            f"{prefix}total": amount(net),
            f"{prefix}net_total": amount(net),
            f"{prefix}total_taxes_and_charges": amount(taxes),
            f"{prefix}grand_total": amount(net + taxes),
            f"{prefix}rounded_total": 0.0,
            f"{prefix}rounding_adjustment": 0.0,
        }
    return found | {
        "total_qty": float(sum(part[1] for part in parts)),
        "disable_rounded_total": 1,
        "selling_price_list": "Standard Selling",
        "price_list_currency": "USD",
        "plc_conversion_rate": 1.0,
        "territory": "United States",
    }


# Columns that only one of the two child DocTypes has, as unset as on a fresh row.
_LINE_EXTRAS: dict[str, Json] = {
    "Sales Order": {
        "delivery_date": None,
        "delivered_qty": 0.0,
        "returned_qty": 0.0,
        "billed_amt": 0.0,
        "valuation_rate": 0.0,
    },
    "Sales Invoice": {
        "incoming_rate": 0.0,
        "so_detail": None,
        "delivery_note": None,
        "sales_invoice_item": None,
    },
}


def build_items(doc: Json, doctype: str, sale: Sale, parts: list[Part], **links: str) -> list[Json]:
    """Item rows of a selling document; `links` are keys to the document before it."""
    found = []
    for position, (index, count, net, _) in enumerate(parts):
        line = sale.lines[index]
        rate = round(net / count / 100, 6)
        prices = {"rate": rate, "amount": amount(net), "net_rate": rate, "net_amount": amount(net)}
        size = "" if len(line.listing.variants) == 1 else f" {line.listing.variants[line.variant]}"
        found.append(
            build_child(
                doc,
                doctype,
                "items",
                position,
                item_code=line.listing.variant_sku(line.variant),
                item_name=f"{spell_title('erpnext', line.listing)}{size}",
                item_group=line.listing.category,
                qty=float(count),
                uom="Nos",
                stock_uom="Nos",
                conversion_factor=1.0,
                stock_qty=float(count),
                price_list_rate=amount(line.unit),
                discount_amount=round(line.unit / 100 - rate, 6),
                **prices,
                **{f"base_{name}": value for name, value in prices.items()},
                warehouse=WAREHOUSES[1],
                cost_center=f"Main - {ABBR}",
                **_LINE_EXTRAS[doctype],
                **links,
            )
        )
    return found


def build_taxes(
    doc: Json, doctype: str, sale: Sale, parts: list[Part], shipping: int
) -> list[Json]:
    """Sales tax and freight, where there are any, with running totals."""
    tax = sum(part[3] for part in parts)
    rows: list[Json] = []
    if tax:
        rows.append({"charge_type": "On Net Total", "account_head": f"Sales Tax - {ABBR}",
                     "rate": sale.ship_to.tax_bp / 100, "tax_amount": amount(tax)})  # fmt: skip
    if shipping:
        rows.append({"charge_type": "Actual", "account_head": f"Freight - {ABBR}",
                     "rate": 0.0, "tax_amount": amount(shipping)})  # fmt: skip
    return [
        build_child(
            doc,
            doctype,
            "taxes",
            position,
            description=row["account_head"],
            included_in_print_rate=0,
            tax_amount_after_discount_amount=row["tax_amount"],
            base_tax_amount=row["tax_amount"],
            **row,
        )
        for position, row in enumerate(rows)
    ]


def _status(order: ErpOrder, docstatus: int) -> dict[str, str | float]:
    """An order's states; every submitted one is billed, the newest not yet delivered."""
    sent = docstatus == SUBMITTED and order.delivered_at is not None
    billed = docstatus == SUBMITTED
    done = ("Completed" if sent else "To Deliver", "Cancelled")
    return {
        "status": "Draft" if docstatus == DRAFT else done[docstatus - 1],
        "delivery_status": "Fully Delivered" if sent else "Not Delivered",
        "billing_status": "Fully Billed" if billed else "Not Billed",
        "per_delivered": 100.0 if sent else 0.0,
        "per_billed": 100.0 if billed else 0.0,
    }


def build_order(
    order: ErpOrder, name: str, customer: Json, docstatus: int, amended_from: str | None
) -> Json:
    """A Sales Order; an amended one names what it replaces."""
    sale = order.sale
    changed = max(order.at + timedelta(minutes=5), order.delivered_at or order.at)
    if docstatus == CANCELLED:
        changed = order.at + timedelta(minutes=4)
    return build_document(
        name,
        order.at,
        changed,
        docstatus,
        naming_series="SAL-ORD-.YYYY.-",
        customer=customer["name"],
        customer_name=customer["customer_name"],
        order_type="Sales",
        company=COMPANY,
        transaction_date=day(order.at),
        delivery_date=day(order.at + timedelta(days=5)),
        po_no=None,
        advance_paid=0.0,
        set_warehouse=WAREHOUSES[1],
        customer_group=customer["customer_group"],
        amended_from=amended_from,
        **_status(order, docstatus),
        **_totals(parts_of(sale), sale.shipping),
    )


def is_paid_at_counter(invoice: ErpInvoice) -> bool:
    """Who pays the same day pays at the till: a POS invoice, which has no payment entry."""
    paid = invoice.order.sale.paid_at
    return paid is not None and invoice.refund is None and paid < invoice.at + COUNTER_DAYS


def build_pos_payment(row: Json) -> Json:
    """The cash that settles a till's invoice."""
    return build_child(
        row,
        "Sales Invoice",
        "payments",
        0,
        mode_of_payment="Cash",
        amount=row["grand_total"],
        base_amount=row["base_grand_total"],
        account=f"Cash - {ABBR}",
        type="Cash",
        reference_no=None,
    )


def build_invoice(
    invoice: ErpInvoice, name: str, customer: Json, return_against: str | None
) -> Json:
    """An invoice, or a credit note when it stands against another one."""
    sale, refund = invoice.order.sale, invoice.refund
    parts = parts_of(sale) if refund is None else parts_of_refund(refund)
    totals = _totals(parts, sale.shipping if refund is None else -refund.shipping)
    is_pos = is_paid_at_counter(invoice)
    status = "Return" if refund else "Unpaid" if invoice.outstanding else "Paid"
    return build_document(
        name,
        invoice.at,
        invoice.changed_at,
        SUBMITTED,
        naming_series="ACC-SINV-.YYYY.-",
        customer=customer["name"],
        customer_name=customer["customer_name"],
        company=COMPANY,
        posting_date=day(invoice.at),
        posting_time=clock_time(invoice.at),
        set_posting_time=0,
        due_date=invoice.due_on.isoformat(),
        po_no=None,
        status=status,
        is_pos=int(is_pos),
        is_return=int(refund is not None),
        return_against=return_against,
        is_consolidated=0,
        is_opening="No",
        is_debit_note=0,
        is_cash_or_non_trade_discount=0,
        redeem_loyalty_points=0,
        update_stock=1,
        debit_to=f"Debtors - {ABBR}",
        outstanding_amount=amount(invoice.outstanding),
        paid_amount=totals["grand_total"] if is_pos else 0.0,
        base_paid_amount=totals["base_grand_total"] if is_pos else 0.0,
        change_amount=0.0,
        write_off_amount=0.0,
        total_advance=0.0,
        customer_group=customer["customer_group"],
        amended_from=None,
        **totals,
    )
