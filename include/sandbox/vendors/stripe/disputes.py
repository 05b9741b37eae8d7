"""Charges whose bank asked for the money back, and the money that moved for it."""

from include.sandbox.seeded_random import build_dice
from include.sandbox.vendors.stripe import billing_shapes
from include.sandbox.vendors.stripe.ledger import StripeAccount
from include.sandbox.vendors.stripe.shapes import Json, unix

RATIO = 0.004
LEAST, FIRST = 2, 50
FEE = 1500
DAY = 86_400
DECIDED_AFTER = 30 * DAY


def run_disputes(account: StripeAccount) -> None:
    """A few in a thousand, at least two of each shop, and those somebody asked for."""
    sale_of = {
        account.charge_of_sale[sale.key]: sale
        for sales in account.business.sales.values()
        for sale in sales
        if sale.key in account.charge_of_sale
    }
    drawn: list[tuple[float, int, Json]] = []
    for charge in sorted(account.tables["charges"], key=lambda row: (row["created"], row["id"])):
        sale = sale_of.get(charge["id"])
        if sale is None or not charge["captured"]:
            continue
        dice = build_dice(account.seed, "dispute", charge["id"])
        created = charge["created"] + dice.randrange(8 * DAY, 40 * DAY)
        is_kept = all(unix(refund.refunded_at) > created for refund in sale.refunds)
        if sale.disputed_at:
            _add_dispute(account, charge, unix(sale.disputed_at), "lost")
        elif is_kept and created < account.now:
            drawn.append((dice.random(), created, charge))
    # From the first ones, so that a dispute does not go when a later charge draws better.
    forced = {entry[2]["id"] for entry in sorted(drawn[:FIRST], key=lambda e: e[0])[:LEAST]}
    for luck, created, charge in drawn:
        if luck < RATIO or charge["id"] in forced:
            end = build_dice(account.seed, "dispute end", charge["id"]).choice(("won", "lost"))
            _add_dispute(account, charge, created, end)


def _add_dispute(account: StripeAccount, charge: Json, created: int, end: str) -> None:
    is_decided = created + DECIDED_AFTER < account.now
    status = end if is_decided else "needs_response"
    dispute_id = f"dp_1{account.token('dispute', charge['id'])}"
    taken = account.add_balance(
        dispute_id, -charge["amount_captured"], FEE, created, "adjustment", "dispute"
    )
    moved = [account.by_id[taken]]
    if status == "won":
        back = account.add_balance(
            f"{dispute_id}w",
            charge["amount_captured"],
            0,
            created + DECIDED_AFTER,
            "adjustment",
            "dispute_reversal",
        )
        account.by_id[back]["source"] = dispute_id
        moved.append(account.by_id[back])
    charge["disputed"] = True
    row = billing_shapes.build_dispute(dispute_id, charge, created, status, moved)
    account.add("disputes", row)
