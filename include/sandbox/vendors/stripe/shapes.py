"""Stripe objects of payments as the API renders them; amounts in cents, times in unix seconds.

Source: docs.stripe.com API reference and official fixtures, 2026-10-28.endive, read 2026-11.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.sandbox.economy.records import Account, Address, Sale

Json = dict[str, Any]
LIVEMODE = False


def unix(instant: datetime) -> int:
    return int(instant.timestamp())


def build_address(address: Address) -> Json:
    """An address in Stripe's seven fields."""
    return {
        "city": address.city,
        "country": address.country_code,
        "line1": address.street,
        "line2": address.street2 or None,
        "postal_code": address.postal_code,
        "state": address.state_code,
    }


def build_customer(customer_id: str, account: Account) -> Json:
    """A customer as of the account's newest data."""
    return {
        "id": customer_id,
        "object": "customer",
        "address": build_address(account.address),
        "balance": 0,
        "created": unix(account.created_at),
        "currency": "usd",
        "default_source": None,
        "delinquent": False,
        "description": account.edits[-1][2] if account.edits else None,
        "discount": None,
        "email": account.email,
        "invoice_prefix": customer_id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": LIVEMODE,
        "metadata": {},
        "name": account.name,
        "next_invoice_sequence": 1,
        "phone": account.phone,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def build_billing(sale: Sale) -> Json:
    """Billing details of a charge: what the payer typed, or the card told."""
    party = sale.party
    if sale.account is not None:
        name, email, phone = sale.account.name, sale.account.email, sale.account.phone
    else:
        name = party.company_name or f"{party.first_name} {party.last_name}"
        email, phone = party.email, None
    if sale.channel == "counter":
        # A card tapped at the counter tells nothing about its owner.
        return {
            "address": None,
            "email": email if sale.account else None,
            "name": None,
            "phone": None,
            "tax_id": None,
        }
    return {
        "address": build_address(sale.ship_to),
        "email": email,
        "name": name,
        "phone": phone,
        "tax_id": None,
    }


def build_charge(
    charge_id: str, sale: Sale, created: int, description: str, metadata: Json
) -> Json:
    """A succeeded, captured charge; the caller changes what differs."""
    return {
        "id": charge_id,
        "object": "charge",
        "amount": sale.authorised or sale.charged,
        "amount_captured": sale.charged,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": build_billing(sale),
        "calculated_statement_descriptor": f"{sale.tenant.upper()} SHOP",
        "captured": True,
        "created": created,
        "currency": "usd",
        "customer": None,
        "description": description,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": LIVEMODE,
        "metadata": metadata,
        "on_behalf_of": None,
        "outcome": {
            "network_status": "approved_by_network",
            "reason": None,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": None,
        "payment_method": None,
        "payment_method_details": {
            "card": {
                "brand": ("visa", "mastercard", "amex")[sale.number % 3],
                "country": "US",
                "funding": ("credit", "debit")[sale.number % 2],
            },
            "type": "card",
        },
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def build_intent(intent_id: str, charge: Json, created: int) -> Json:
    """The intent that the charge settled."""
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": charge["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": charge["amount_captured"],
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": None,
        "confirmation_method": "automatic",
        "created": created,
        "currency": "usd",
        "customer": charge["customer"],
        "description": charge["description"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "livemode": LIVEMODE,
        "metadata": charge["metadata"],
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": charge["payment_method"],
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def build_refund(refund_id: str, charge: Json, amount: int, created: int) -> Json:
    """A refund of part or all of a charge."""
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": "usd",
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "requested_by_customer",
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


@dataclass(frozen=True, slots=True)
class BalanceMove:
    """Money into or out of the account's balance, in cents; `created` in unix seconds."""

    source: str
    amount: int
    fee: int
    created: int
    kind: str
    category: str | None = None


def build_balance(txn_id: str, move: BalanceMove, now: int) -> Json:
    """A balance transaction; it is available two days later (payouts at once)."""
    amount, fee, created, kind = move.amount, move.fee, move.created, move.kind
    available_on = created + (0 if kind == "payout" else 2 * 86_400)
    detail = {
        "amount": fee,
        "application": None,
        "currency": "usd",
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    return {
        "id": txn_id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": created,
        "currency": "usd",
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [detail] if fee else [],
        "net": amount - fee,
        "reporting_category": move.category or kind,
        "source": move.source,
        "status": "available" if available_on <= now else "pending",
        "type": kind,
    }


def build_list(rows: list[Json], url: str, limit: int = 10) -> Json:
    """An embedded list: at most `limit` rows, the rest by its own url."""
    return {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit, "url": url}
