"""Stripe objects of saved cards, and of money passed on to another account (Connect).

Source: docs.stripe.com/api/payment_methods/object, /transfers/object and
/transfer_reversals/object, read 2026-11.
"""

from include.sandbox.vendors.stripe.shapes import LIVEMODE, Json, build_list

PARTNER = "acct_1SandboxPartner"


def build_method(method_id: str, charge: Json) -> Json:
    """The card that paid a charge, saved for its customer."""
    card = charge["payment_method_details"]["card"]
    return {
        "id": method_id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": charge["billing_details"],
        "card": {
            "brand": card["brand"],
            "checks": None,
            "country": card["country"],
            "display_brand": card["brand"],
            "exp_month": charge["created"] % 12 + 1,
            "exp_year": 2031,
            "fingerprint": f"fp{method_id[4:18]}",
            "funding": card["funding"],
            "generated_from": None,
            "last4": f"{charge['created'] % 10_000:04d}",
            "networks": None,
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": charge["created"],
        "customer": charge["customer"],
        "customer_account": None,
        "livemode": LIVEMODE,
        "metadata": {},
        "type": "card",
    }


def build_transfer(transfer_id: str, charge: Json, amount: int, balance: str) -> Json:
    """A partner's share of a charge; the caller enters a reversal."""
    return {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": balance,
        "created": charge["created"],
        "currency": charge["currency"],
        "description": None,
        "destination": PARTNER,
        "destination_payment": f"py_{transfer_id[3:]}",
        "livemode": LIVEMODE,
        "metadata": {},
        "reversals": build_list([], f"/v1/transfers/{transfer_id}/reversals"),
        "reversed": False,
        "source_transaction": charge["id"],
        "source_type": "card",
        "transfer_group": f"group_{charge['payment_intent']}",
    }


def build_reversal(transfer: Json, amount: int, created: int, balance: str) -> Json:
    """A part of a transfer, back."""
    return {
        "id": f"trr_{transfer['id'][3:]}",
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": balance,
        "created": created,
        "currency": transfer["currency"],
        "destination_payment_refund": None,
        "metadata": {},
        "source_refund": None,
        "transfer": transfer["id"],
    }
