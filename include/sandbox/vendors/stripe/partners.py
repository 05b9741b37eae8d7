"""What the account passes on to a partner, and the cards its customers saved."""

from include.sandbox.vendors.stripe import connect_shapes
from include.sandbox.vendors.stripe.ledger import StripeAccount
from include.sandbox.vendors.stripe.shapes import Json, build_list

DAY = 86_400
# One charge in so many is shared with a partner; every third share comes back in part.
SHARED_EVERY, BACK_EVERY, BACK_AFTER = 40, 3, 5 * DAY


def enter_partners(account: StripeAccount) -> None:
    """Transfers of captured charges, by their order, so that a later charge moves none."""
    charges = sorted(account.tables["charges"], key=lambda row: (row["created"], row["id"]))
    kept = [row for row in charges if row["captured"]]
    for ordinal, charge in enumerate(kept[::SHARED_EVERY]):
        share = charge["amount_captured"] // 10
        if share:
            _add_transfer(account, charge, share, ordinal)
    for charge in kept:
        if charge["customer"] and charge["payment_method"] not in account.by_id:
            method = connect_shapes.build_method(charge["payment_method"], charge)
            account.add("payment_methods", method)


def _add_transfer(account: StripeAccount, charge: Json, share: int, ordinal: int) -> None:
    transfer_id = f"tr_1{account.token('transfer', charge['id'])}"
    balance = account.add_balance(transfer_id, -share, 0, charge["created"], "transfer")
    row = connect_shapes.build_transfer(transfer_id, charge, share, balance)
    account.add("transfers", row)
    back_at = charge["created"] + BACK_AFTER
    if ordinal % BACK_EVERY or back_at > account.now:
        return
    back = account.add_balance(
        f"{transfer_id}r", share // 2, 0, back_at, "transfer_refund", "transfer_reversal"
    )
    reversal = connect_shapes.build_reversal(row, share // 2, back_at, back)
    account.by_id[back]["source"] = reversal["id"]
    row["reversals"] = build_list([reversal], row["reversals"]["url"])
    row["amount_reversed"] = share // 2
