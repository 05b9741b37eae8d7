"""Stripe invoices and their lines."""

from include.sandbox.economy.records import Sale
from include.sandbox.vendors.stripe.shapes import LIVEMODE, Json, build_address, build_list, unix


def _taxes(amount: int, base: int) -> list[Json]:
    if not amount:
        return []
    return [
        {
            "amount": amount,
            "tax_behavior": "exclusive",
            "tax_rate_details": None,
            "taxability_reason": "standard_rated",
            "taxable_amount": base,
            "type": "tax_rate_details",
        }
    ]


def build_invoice_lines(
    invoice_id: str,
    sale: Sale,
    price_ids: list[tuple[str, str]],
    subscription: tuple[str, str] | None,
) -> list[Json]:
    """One line per sale line; `amount` is before discount and tax."""
    start = unix(sale.placed_at)
    end = start + 30 * 86_400 if subscription else start
    parent: Json
    if subscription:
        parent = {
            "invoice_item_details": None,
            "type": "subscription_item_details",
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": None,
                "subscription": subscription[0],
                "subscription_item": subscription[1],
            },
        }
    else:
        parent = {
            "subscription_item_details": None,
            "type": "invoice_item_details",
            "invoice_item_details": {
                "invoice_item": f"ii_{invoice_id[3:]}",
                "proration": False,
                "proration_details": None,
                "subscription": None,
            },
        }
    found = []
    for position, (line, (product_id, price_id)) in enumerate(
        zip(sale.lines, price_ids, strict=True)
    ):
        off = (
            [{"amount": line.discount, "discount": f"di_{invoice_id[3:]}"}] if line.discount else []
        )
        found.append(
            {
                "id": f"il_{invoice_id[3:]}{position}",
                "object": "line_item",
                "amount": line.gross,
                "currency": "usd",
                "description": f"{line.quantity} × {line.listing.title}",
                "discount_amounts": off,
                "discountable": True,
                "discounts": [entry["discount"] for entry in off],
                "invoice": invoice_id,
                "livemode": LIVEMODE,
                "metadata": {},
                "parent": parent,
                "period": {"end": end, "start": start},
                "pretax_credit_amounts": [],
                "pricing": {
                    "price_details": {"price": price_id, "product": product_id},
                    "type": "price_details",
                    "unit_amount_decimal": str(line.unit),
                },
                "quantity": line.quantity,
                "subtotal": line.gross,
                "taxes": _taxes(line.tax, line.net),
            }
        )
    return found


def build_invoice(
    invoice_id: str,
    sale: Sale,
    customer_id: str,
    lines: list[Json],
    payment: Json | None,
    subscription: str | None,
) -> Json:
    """A finalized invoice, `paid` or `open`; the payment is an entry of `payments` since basil."""
    created = unix(sale.placed_at)
    paid = sale.total if sale.paid_at else 0
    account = sale.account
    assert account is not None
    off = [{"amount": sale.discount, "discount": f"di_{invoice_id[3:]}"}] if sale.discount else []
    details: Json = {
        "metadata": {},
        "subscription": subscription,
        "subscription_proration_date": None,
    }
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "US",
        "account_name": f"{sale.tenant.title()} Shop",
        "amount_due": sale.total,
        "amount_overpaid": 0,
        "amount_paid": paid,
        "amount_remaining": sale.total - paid,
        "amount_shipping": 0,
        "attempt_count": 1 if paid else 0,
        "attempted": bool(paid),
        "auto_advance": False,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "billing_reason": "subscription_cycle" if subscription else "manual",
        "collection_method": "charge_automatically" if subscription else "send_invoice",
        "created": created,
        "currency": "usd",
        "custom_fields": None,
        "customer": customer_id,
        "customer_address": build_address(account.address),
        "customer_email": account.email,
        "customer_name": account.name,
        "customer_phone": account.phone,
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [entry["discount"] for entry in off],
        "due_date": None if subscription else created + 30 * 86_400,
        "effective_at": created,
        "ending_balance": 0,
        "footer": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "lines": build_list(lines, f"/v1/invoices/{invoice_id}/lines"),
        "livemode": LIVEMODE,
        "metadata": {},
        "next_payment_attempt": None,
        "number": f"{'SUB' if subscription else 'INV'}-{sale.number:05d}",
        "parent": {
            "quote_details": None,
            "subscription_details": details,
            "type": "subscription_details",
        }
        if subscription
        else None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "payments": build_list([payment] if payment else [], "/v1/invoice_payments"),
        "period_end": created,
        "period_start": created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "paid" if paid else "open",
        "status_transitions": {
            "finalized_at": created,
            "marked_uncollectible_at": None,
            "paid_at": unix(sale.paid_at) if sale.paid_at else None,
            "voided_at": None,
        },
        "subtotal": sale.gross,
        "subtotal_excluding_tax": sale.gross,
        "total": sale.total,
        "total_discount_amounts": off,
        "total_excluding_tax": sale.total - sale.tax,
        "total_taxes": _taxes(sale.tax, sale.gross - sale.discount),
    }
