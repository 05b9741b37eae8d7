"""Stripe credit notes: what of a paid invoice was taken back, and by which refund.

Source: docs.stripe.com/api/credit_notes/object, read 2026-11.
"""

from datetime import timedelta

from include.sandbox.economy.records import Refund, Sale, Subscription
from include.sandbox.vendors.stripe.shapes import LIVEMODE, Json, build_list, unix

# Of every third subscription the second period came late, and was made good in goods.
LATE_EVERY, LATE_AT, MADE_GOOD_AFTER = 3, 2, timedelta(days=2)


def find_made_good(plan: Subscription, now: int) -> tuple[Sale, Refund] | None:
    """The period of a subscription that was made good with goods over the counter, if there is one.

    No money moves, so the sale keeps no refund: Stripe has a credit note settled out of band.
    """
    if plan.number % LATE_EVERY != LATE_AT or len(plan.sales) < LATE_AT:
        return None
    sale = plan.sales[LATE_AT - 1]
    at = sale.placed_at + MADE_GOOD_AFTER
    lines = [(i, line.quantity, line.net, line.tax) for i, line in enumerate(sale.lines)]
    return (sale, Refund(at, lines, 0, "late delivery")) if unix(at) < now else None


def build_credit_note(
    note_id: str, number: str, invoice: Json, refund: Refund, paid: str | None
) -> Json:
    """One note of what came back, its tax with it.

    Args:
        paid: Id of the refund that paid it; None if it was settled outside of Stripe.
    """
    goods = sum(net for _, _, net, _ in refund.lines) + refund.shipping + refund.adjustment
    tax = sum(part for _, _, _, part in refund.lines) + refund.shipping_tax
    created = unix(refund.refunded_at)
    taxes = {
        "amount": tax,
        "tax_behavior": "exclusive",
        "tax_rate_details": None,
        "taxability_reason": "standard_rated",
        "taxable_amount": goods,
        "type": "tax_rate_details",
    }
    return {
        "id": note_id,
        "object": "credit_note",
        "amount": refund.total,
        "amount_shipping": 0,
        "created": created,
        "currency": "usd",
        "customer": invoice["customer"],
        "customer_account": None,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": created,
        "invoice": invoice["id"],
        "lines": build_list([], f"/v1/credit_notes/{note_id}/lines"),
        "livemode": LIVEMODE,
        "memo": None,
        "metadata": {},
        "number": number,
        "out_of_band_amount": None if paid else refund.total,
        "pdf": f"https://pay.stripe.com/credit_notes/{note_id}/pdf",
        "post_payment_amount": refund.total,
        "pre_payment_amount": 0,
        "pretax_credit_amounts": [],
        "reason": "product_unsatisfactory",
        "refunds": [
            {
                "amount_refunded": refund.total,
                "payment_record_refund": None,
                "refund": paid,
                "type": "refund",
            }
        ]
        if paid
        else [],
        "shipping_cost": None,
        "status": "issued",
        "subtotal": goods,
        "subtotal_excluding_tax": goods,
        "total": refund.total,
        "total_excluding_tax": goods,
        "total_taxes": [taxes] if tax else [],
        "type": "post_payment",
        "voided_at": None,
    }
