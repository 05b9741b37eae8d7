"""What is billed every month: corner's coffee deliveries, acme's club."""

from datetime import datetime, timedelta

from include.sandbox.economy.records import (
    Account,
    Listing,
    Sale,
    SaleLine,
    Subscription,
    Touch,
)
from include.sandbox.economy.sales import Span
from include.sandbox.seeded_random import between, build_dice

CLUB = "TRAIL-CLUB"
OPENS, RAISED = timedelta(days=20), timedelta(days=400)


def build_membership(span: Span) -> Listing:
    """Acme's Trail Club: free shipping and tours for a fee, raised once; nothing the shop lists."""
    opened = span.start + OPENS
    return Listing(
        tenant="acme",
        number=900_001,
        product_id="prd_trail_club",
        sku=CLUB,
        title="Trail Club membership",
        category="Services",
        subcategory="Membership",
        brand="Acme",
        cost=0,
        weight_grams=0,
        created_at=opened,
        prices=[(opened, 900), (span.start + RAISED, 1_100)],
        variants=("one",),
    )


def build_subscriptions(
    seed: int, accounts: list[Account], goods: list[Listing], count: int, span: Span
) -> list[Subscription]:
    """One subscription for each of the first accounts, three in ten of them ended."""
    found = []
    number = 0
    for position, account in enumerate(accounts[:count], 1):
        dice = build_dice(seed, account.tenant, "subscription", position)
        listing = dice.choice(goods)
        first = max(account.created_at, listing.created_at)
        started = between(dice, first, max(span.end - timedelta(days=40), first))
        ended = between(dice, started, span.horizon) if dice.random() < 0.3 else None
        plan = Subscription(position, account, listing, listing.price_at(started), started, ended)
        at = started
        while at < (ended or span.horizon):
            number += 1
            plan.sales.append(_build_period(plan, number, at))
            at += timedelta(days=30)
        found.append(plan)
    return found


def _build_period(plan: Subscription, number: int, at: datetime) -> Sale:
    return Sale(
        tenant=plan.account.tenant,
        source="stripe",
        channel="subscription",
        number=number,
        party=plan.account.party,
        account=plan.account,
        placed_at=at,
        ship_to=plan.account.addresses[0][1],
        lines=[SaleLine(plan.listing, 0, 1, plan.unit, 0)],
        shipping=0,
        payment_method="card",
        touch=Touch("direct", "(direct)", "(none)", None),
        paid_at=at,
    )
