"""How a sale was paid, and what was given back.

Source: Square OpenAPI 2025-08-20, schemas Payment, PaymentRefund, Tender; fees are those of a card
that is present, 2.6% + 10 cents.
"""

import random
from datetime import datetime, timedelta

from include.sandbox.economy.records import Refund, Sale
from include.sandbox.vendors.square.money import Json, moment, money
from include.sandbox.vendors.square.places import MAIN

BRANDS = (("VISA", 0.5), ("MASTERCARD", 0.3), ("AMERICAN_EXPRESS", 0.15), ("DISCOVER", 0.05))
FEE_LAG = timedelta(hours=2)
GIFT_CARD = "SQUARE_GIFT_CARD"
SOURCES = {
    "gift_card": "CARD",
    "card": "CARD",
    "credit_card": "CARD",
    "cash": "CASH",
    "wallet": "WALLET",
}


def fee_of(cents: int) -> int:
    return (cents * 26 + 500) // 1000 + 10


def _card(dice: random.Random, status: str) -> Json:
    brand = dice.choices([b for b, _ in BRANDS], [w for _, w in BRANDS])[0]
    return {
        "status": status,
        "card": {
            "card_brand": brand,
            "last_4": f"{dice.randrange(10_000):04d}",
            "exp_month": dice.randint(1, 12),
            "exp_year": 2029,
        },
        "entry_method": dice.choice(("EMV", "CONTACTLESS", "CONTACTLESS", "SWIPED")),
    }


def build_payment(
    dice: random.Random, sale: Sale, payment_id: str, order: Json, tip: int, now: datetime
) -> Json:
    """The payment of a paid sale; `total_money` holds the tip, `amount_money` does not."""
    at = sale.paid_at or sale.placed_at
    total = sale.total + tip
    source = SOURCES.get(sale.payment_method, "EXTERNAL")
    found: Json = {
        "id": payment_id,
        "created_at": moment(at),
        "amount_money": money(sale.total),
        "total_money": money(total),
        "approved_money": money(total),
        "status": "COMPLETED",
        "source_type": source,
        "location_id": order["location_id"],
        "order_id": order["id"],
        "receipt_number": payment_id[:4],
        "version_token": payment_id[-8:],
        "team_member_id": f"TMCORNER{sale.number % 3}",
        "is_offline_payment": order["location_id"] != MAIN and sale.number % 10 == 0,
    }
    if sale.account and sale.account.email:
        found["buyer_email_address"] = sale.account.email
    if tip:
        found["tip_money"] = money(tip)
    if "customer_id" in order:
        found["customer_id"] = order["customer_id"]
    changed = at + timedelta(seconds=2)
    if source == "CARD":
        found["card_details"] = _card(dice, "CAPTURED")
        is_stored = sale.payment_method == "gift_card"
        if is_stored:
            found["card_details"]["card"]["card_brand"] = GIFT_CARD
        found |= {"delay_duration": "PT36H", "delay_action": "CANCEL"}
        found["delayed_until"] = moment(at + timedelta(hours=36))
        # Fees are known hours later, and the payment changes with them.
        if at + FEE_LAG <= now and not is_stored:
            changed = at + FEE_LAG
            fee = {"effective_at": moment(changed), "type": "INITIAL"}
            found["processing_fee"] = [fee | {"amount_money": money(fee_of(total))}]
    elif source == "CASH":
        given = -(-total // 500) * 500
        found["cash_details"] = {
            "buyer_supplied_money": money(given),
            "change_back_money": money(given - total),
        }
    elif source == "WALLET":
        found["wallet_details"] = {"status": "CAPTURED", "brand": "CASH_APP"}
    elif source == "EXTERNAL":
        kind = "CHECK" if sale.payment_method == "check" else "OTHER"
        found["external_details"] = {"type": kind, "source": sale.payment_method}
    if sale.refunds:
        found["refunded_money"] = money(sale.refunded)
        changed = max(changed, *(refund.refunded_at for refund in sale.refunds))
    found["updated_at"] = moment(changed)
    return found


def build_failed(dice: random.Random, payment_id: str, order: Json, paid: Json) -> Json:
    """A declined card a minute before the payment that went through."""
    money_fields = ("amount_money", "tip_money", "total_money")
    kept = ("created_at", *money_fields, "location_id", "order_id", "customer_id")
    return {name: paid[name] for name in kept if name in paid} | {
        "id": payment_id,
        "updated_at": paid["created_at"],
        "status": "FAILED",
        "source_type": "CARD",
        "card_details": _card(dice, "FAILED"),
        "version_token": payment_id[-8:],
    }


def build_tender(payment: Json) -> Json:
    """A payment as the order's tender shows it."""
    kinds = {"CARD": "CARD", "CASH": "CASH", "WALLET": "WALLET"}
    kind = kinds.get(payment["source_type"], "OTHER")
    if payment.get("card_details", {}).get("card", {}).get("card_brand") == GIFT_CARD:
        kind = GIFT_CARD
    found = {
        "id": payment["id"],
        "location_id": payment["location_id"],
        "transaction_id": payment["order_id"],
        "created_at": payment["created_at"],
        "amount_money": payment["total_money"],
        "type": kind,
        "payment_id": payment["id"],
    }
    if "tip_money" in payment:
        found["tip_money"] = payment["tip_money"]
    if "customer_id" in payment:
        found["customer_id"] = payment["customer_id"]
    return found


def build_refund(refund: Refund, refund_id: str, payment: Json, return_order: str) -> Json:
    """`order_id` is the order the return made, not the sale's own."""
    at = moment(refund.refunded_at)
    return {
        "id": refund_id,
        "status": "COMPLETED",
        "location_id": payment["location_id"],
        "unlinked": False,
        "destination_type": payment["source_type"],
        "amount_money": money(refund.total),
        "payment_id": payment["id"],
        "order_id": return_order,
        "reason": refund.reason,
        "team_member_id": payment["team_member_id"],
        "created_at": at,
        "updated_at": at,
    }
