"""One Stripe account filled from the economy: every object it holds, newest first.

Data flow: sales -> customers, intents, charges, refunds -> balance transactions -> disputes ->
payouts, then the events of the last 30 days.
"""

from datetime import datetime

from include.sandbox.economy.business import Business
from include.sandbox.vendors.stripe.disputes import run_disputes
from include.sandbox.vendors.stripe.events import run_events
from include.sandbox.vendors.stripe.ledger import StripeAccount
from include.sandbox.vendors.stripe.partners import enter_partners


def build_account(business: Business, seed: int, now: datetime, account_id: str) -> StripeAccount:
    """The account as it is at `now`."""
    account = StripeAccount(business, seed, now, account_id)
    account.enter_sales()
    run_disputes(account)
    enter_partners(account)
    account.enter_payouts()
    account.sort()
    run_events(account)
    account.hide_deleted()
    return account
