"""Stripe credit notes: what of a paid invoice was taken back, and by which refund.

Source: docs.stripe.com/api/credit_notes/object, read 2026-11.
"""

from include.sandbox.economy.records import Refund
from include.sandbox.vendors.stripe.shapes import LIVEMODE, Json, build_list, unix


def build_credit_note(note_id: str, number: str, invoice: Json, refund: Refund, paid: str) -> Json:
    """One note of a refund; its tax is that of what came back. `paid` is the refund's id."""
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
        "out_of_band_amount": None,
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
        ],
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
