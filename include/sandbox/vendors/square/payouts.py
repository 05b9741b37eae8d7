"""What Square sends to the bank each week of each place, and what it is made of.

Source: Square OpenAPI 2025-08-20, schemas Payout and PayoutEntry.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from include.core.clock import parse_instant
from include.sandbox.vendors.square.money import Json, moment, money
from include.sandbox.vendors.square.seller import SquareSeller

WEEK = timedelta(days=7)
EPOCH = datetime.fromisoformat("2020-01-06T08:00:00+00:00")


def run_payouts(seller: SquareSeller) -> None:
    """Fill `payouts` and `payout_entries`: a week without money is carried over."""
    weeks: dict[tuple[str, int], list[Json]] = defaultdict(list)
    for place, entry in _entries(seller):
        weeks[place, (parse_instant(entry["effective_at"]) - EPOCH) // WEEK].append(entry)
    carried: dict[str, list[Json]] = defaultdict(list)
    for (place, week), members in sorted(weeks.items(), key=lambda one: (one[0][1], one[0][0])):
        carried[place] += members
        at = EPOCH + (week + 1) * WEEK
        amount = sum(entry["net_amount_money"]["amount"] for entry in carried[place])
        if amount <= 0 or at >= seller.now:
            continue
        payout_id = f"po_{seller.token('payout', place, week).lower()}"
        for entry in carried[place]:
            entry["payout_id"] = payout_id
        seller.tables["payout_entries"] += carried[place]
        seller.tables["payouts"].append(_build_payout(payout_id, place, amount, at, seller.now))
        carried[place] = []


def _build_payout(payout_id: str, place: str, amount: int, at: datetime, now: datetime) -> Json:
    arrives = at + timedelta(days=1)
    is_paid = arrives <= now
    return {
        "id": payout_id,
        "status": "PAID" if is_paid else "SENT",
        "location_id": place,
        "created_at": moment(at),
        "updated_at": moment(arrives if is_paid else at),
        "amount_money": money(amount),
        "destination": {"type": "BANK_ACCOUNT", "id": "bact:sandbox"},
        "version": 1 + is_paid,
        "type": "BATCH",
        "payout_fee": [],
        "arrival_date": arrives.date().isoformat(),
        "end_to_end_id": payout_id[3:],
    }


def _entries(seller: SquareSeller) -> list[tuple[str, Json]]:
    """Cards alone: cash stays in the till."""
    found: list[tuple[str, Json]] = []
    cards = {
        row["id"]: row
        for row in seller.tables["payments"]
        if row["status"] == "COMPLETED" and row.get("processing_fee")
    }
    for paid in cards.values():
        fee = sum(one["amount_money"]["amount"] for one in paid["processing_fee"])
        details = {"type_charge_details": {"payment_id": paid["id"]}}
        gross = paid["total_money"]["amount"]
        entry = _build(paid["id"], "CHARGE", paid["created_at"], (gross, fee), details)
        found.append((paid["location_id"], entry))
    for back in seller.tables["refunds"]:
        if back["payment_id"] not in cards:
            continue
        told = {"payment_id": back["payment_id"], "refund_id": back["id"]}
        details = {"type_refund_details": told}
        gross = -back["amount_money"]["amount"]
        entry = _build(back["id"], "REFUND", back["created_at"], (gross, 0), details)
        found.append((back["location_id"], entry))
    for asked in seller.tables["disputes"]:
        payment = asked["disputed_payment"]["payment_id"]
        if payment not in cards:
            continue
        details = {"type_dispute_details": {"payment_id": payment, "dispute_id": asked["id"]}}
        gross = -asked["amount_money"]["amount"]
        entry = _build(asked["id"], "DISPUTE", asked["reported_at"], (gross, 0), details)
        found.append((asked["location_id"], entry))
        if asked["state"] == "WON":
            back_at = asked["updated_at"]
            entry = _build(f"{asked['id']}w", "DISPUTE", back_at, (-gross, 0), details)
            found.append((asked["location_id"], entry))
    return found


def _build(of: str, kind: str, at: str, amounts: tuple[int, int], details: Json) -> Json:
    gross, fee = amounts
    return {
        "id": f"poe_{of.lower()[-28:]}",
        "payout_id": "",
        "effective_at": at,
        "type": kind,
        "gross_amount_money": money(gross),
        "fee_amount_money": money(fee),
        "net_amount_money": money(gross - fee),
        **details,
    }
