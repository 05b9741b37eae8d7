"""What a person may let happen in a Stripe account: late refunds, disputes, deletions."""

from collections.abc import Callable
from datetime import datetime, timedelta

from include.sandbox.economy.business import Business
from include.sandbox.economy.records import Sale
from include.sandbox.economy.sales import build_refund
from include.sandbox.seeded_random import build_dice
from include.sandbox.vendors.stripe.ledger import StripeAccount

OLD = timedelta(days=60)
Act = Callable[[StripeAccount, Business, datetime], str]


def run_act(account: StripeAccount, what: str, at: datetime) -> str:
    """Let it happen at this instant; the id of the object it happened to.

    Raises:
        ValueError: Of an unknown word, or when there is nothing left it could happen to.
    """
    if what not in ACTS:
        raise ValueError(f"no act `{what}`; valid: {', '.join(sorted(ACTS))}")
    try:
        return ACTS[what](account, account.business, at)
    except (StopIteration, IndexError):
        raise ValueError(f"nothing is left that `{what}` could happen to") from None


def _old_sale(account: StripeAccount, business: Business, at: datetime) -> Sale:
    """The newest paid sale of 60 days ago or earlier that nothing has happened to."""
    sales = [
        sale
        for found in ("shopify", "stripe")
        for sale in business.sales.get(found, [])
        if sale.counts
        and sale.paid_at
        and sale.paid_at < at - OLD
        and not sale.refunds
        and not sale.stored_value
        and not account.by_id[account.charge_of_sale[sale.key]]["disputed"]
    ]
    return max(sales, key=lambda sale: (sale.paid_at, sale.key))


def _refund(account: StripeAccount, business: Business, at: datetime) -> str:
    sale = _old_sale(account, business, at)
    dice = build_dice(account.seed, "act", sale.key)
    sale.refunds.append(build_refund(dice, sale, at, full=True))
    return account.charge_of_sale[sale.key]


def _dispute(account: StripeAccount, business: Business, at: datetime) -> str:
    sale = _old_sale(account, business, at)
    sale.disputed_at = at
    return account.charge_of_sale[sale.key]


def _cancel_subscription(account: StripeAccount, business: Business, at: datetime) -> str:
    plan = next(plan for plan in business.subscriptions if plan.cancelled_at is None)
    plan.cancelled_at = at
    return account.subscription_id(plan)


def _edit_customer(account: StripeAccount, business: Business, at: datetime) -> str:
    buyer = next(buyer for buyer in account.buyers if not buyer.deleted_at)
    buyer.edits.append((at, "phone", "new phone number"))
    return account.customer_id(buyer)


def _delete_customer(account: StripeAccount, business: Business, at: datetime) -> str:
    buyer = [buyer for buyer in account.buyers if not buyer.deleted_at][-1]
    buyer.deleted_at = at
    return account.customer_id(buyer)


ACTS: dict[str, Act] = {
    "cancel_subscription": _cancel_subscription,
    "delete_customer": _delete_customer,
    "dispute": _dispute,
    "edit_customer": _edit_customer,
    "refund": _refund,
}
