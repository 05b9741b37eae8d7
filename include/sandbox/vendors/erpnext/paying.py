"""Payment entries and the stock ledger of the site."""

from include.sandbox.economy.erp import ErpPayment
from include.sandbox.economy.point_of_sale import StockMove
from include.sandbox.vendors.erpnext.documents import (
    ABBR,
    COMPANY,
    WAREHOUSES,
    Json,
    amount,
    build_child,
    build_document,
    clock_time,
    day,
    wall,
)


def build_payment(payment: ErpPayment, invoice: Json) -> Json:
    """Money for one invoice, or given back for a credit note."""
    at, receives = payment.at, not payment.is_payout
    name = f"ACC-PAY-{at:%Y}-{payment.number:05d}"
    debtors, bank = f"Debtors - {ABBR}", f"Bank - {ABBR}"
    paid = amount(payment.amount)
    amounts = dict.fromkeys(
        ("paid_amount", "received_amount", "base_paid_amount", "base_received_amount",
         "total_allocated_amount"), paid,
    )  # fmt: skip
    return build_document(
        name,
        at,
        at,
        1,
        naming_series="ACC-PAY-.YYYY.-",
        payment_type="Receive" if receives else "Pay",
        posting_date=day(at),
        company=COMPANY,
        mode_of_payment="Wire Transfer",
        party_type="Customer",
        party=invoice["customer"],
        party_name=invoice["customer_name"],
        status="Submitted",
        paid_from=debtors if receives else bank,
        paid_to=bank if receives else debtors,
        paid_from_account_currency="USD",
        paid_to_account_currency="USD",
        source_exchange_rate=1.0,
        target_exchange_rate=1.0,
        **amounts,
        unallocated_amount=0.0,
        difference_amount=0.0,
        reference_no=f"WIRE-{name[-5:]}",
        reference_date=day(at),
        clearance_date=None,
        amended_from=None,
    )


def build_reference(row: Json, payment: ErpPayment, invoice: Json) -> Json:
    """What the payment settles; negative for a credit note."""
    cents = -payment.amount if payment.is_payout else payment.amount
    return build_child(
        row,
        "Payment Entry",
        "references",
        0,
        reference_doctype="Sales Invoice",
        reference_name=invoice["name"],
        due_date=invoice["due_date"],
        total_amount=invoice["grand_total"],
        outstanding_amount=0.0,
        allocated_amount=amount(cents),
        exchange_rate=1.0,
    )


def build_ledger_entry(name: str, move: StockMove, voucher: tuple[str, str]) -> Json:
    """One movement, valued at the listing's cost; quantities count one warehouse."""
    cost = amount(move.unit_cost)
    incoming = move.quantity > 0
    return build_document(
        name,
        move.at,
        move.at,
        1,
        item_code=move.listing.variant_sku(move.variant),
        warehouse=WAREHOUSES[move.place.number],
        posting_date=day(move.at),
        posting_time=clock_time(move.at),
        posting_datetime=wall(move.at),
        voucher_type=voucher[0],
        voucher_no=voucher[1],
        voucher_detail_no=None,
        actual_qty=float(move.quantity),
        qty_after_transaction=float(move.on_hand),
        incoming_rate=cost if incoming else 0.0,
        outgoing_rate=0.0 if incoming else cost,
        valuation_rate=cost,
        stock_value=amount(move.on_hand * move.unit_cost),
        stock_value_difference=amount(move.quantity * move.unit_cost),
        stock_uom="Nos",
        company=COMPANY,
        fiscal_year=day(move.at)[:4],
        is_cancelled=0,
        to_rename=0,
    )
