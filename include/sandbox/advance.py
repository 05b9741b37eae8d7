"""Deterministic later events of a served business: edited customers, refunds, edits, orders."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from include.sandbox.economy.business import Business
from include.sandbox.economy.leads import Message, Prospect
from include.sandbox.economy.money_cases import run_cash_rounding
from include.sandbox.economy.records import Account, Sale
from include.sandbox.economy.sales import build_refund
from include.sandbox.seeded_random import build_dice

NEXT_STAGE = {"new": "contacted", "contacted": "booked", "booked": "quoted", "quoted": "won"}


@dataclass(slots=True)
class Changes:
    """What an advance touched; `placed` are new sales, `arrived` new requests."""

    accounts: list[Account] = field(default_factory=list)
    edited: list[Sale] = field(default_factory=list)
    refunded: list[Sale] = field(default_factory=list)
    placed: list[Sale] = field(default_factory=list)
    moved: list[Prospect] = field(default_factory=list)
    arrived: list[Prospect] = field(default_factory=list)


def run_changes(business: Business, seed: int, count: int, first: datetime) -> Changes:
    """Change the business in place: in turn a customer, a refund, an edited order, a new order.

    A shop has no other edits than refunds at the counter, so the third kind is a refund there too,
    and every second new order is rung up at its tills. A service business moves requests instead.
    """
    done = Changes()
    for position in range(count):
        at = first + timedelta(seconds=position)
        dice = build_dice(seed, "advance", business.tenant, at.isoformat())
        if business.prospects:
            _move_prospect(dice, business, position % 4, at, done)
        else:
            _change_sales(dice, business, position, at, done)
    return done


def _change_sales(
    dice: random.Random, business: Business, position: int, at: datetime, done: Changes
) -> None:
    source, channel = (
        ("shopify", "online") if "shopify" in business.sales else ("stripe", "counter")
    )
    kind = position % 4
    if kind == 3 and position % 8 == 7 and "square" in business.sales:
        source = "square"
    sales = [sale for sale in business.sales[source] if sale.channel == channel]
    if kind == 0:
        account = dice.choice(business.accounts[source])
        account.phone = f"+1303555{dice.randrange(10_000):04d}"
        account.edits.append((at, "phone", "new phone number"))
        done.accounts.append(account)
    elif kind == 3:
        placed = _build_repeat(dice.choice(sales), max(sale.number for sale in sales) + 1, at)
        if source == "square":
            run_cash_rounding([placed])
        business.sales[source].append(placed)
        done.placed.append(placed)
    else:
        open_sales = [s for s in sales if _is_open(s) and s not in done.placed]
        sale = dice.choice(open_sales)
        if kind == 1 or source == "stripe":
            sale.refunds.append(build_refund(dice, sale, at))
            done.refunded.append(sale)
        else:
            sale.edited_at.append(at)
            done.edited.append(sale)


def _move_prospect(
    dice: random.Random, business: Business, kind: int, at: datetime, done: Changes
) -> None:
    """In turn an edit, a step to the next stage, a loss, and a new request of a known person."""
    known = business.prospects
    open_ones = [p for p in known if p.is_open and p not in done.arrived]
    if kind == 3 or not open_ones:
        like = dice.choice(known)
        fresh = replace(
            like,
            number=max(prospect.number for prospect in known) + 1,
            came_at=at,
            history=[(at, "new")],
            lost_reason=None,
            appointment=None,
            messages=[Message(at, True, "call", "Hi, it is me again.")],
            edits=[],
        )
        known.append(fresh)
        done.arrived.append(fresh)
        return
    prospect = dice.choice(open_ones)
    if kind == 0:
        prospect.edits.append(at)
    elif kind == 1:
        prospect.history.append((at, NEXT_STAGE[prospect.stage]))
    else:
        prospect.history.append((at, "lost"))
        prospect.lost_reason = "price"
    done.moved.append(prospect)


def _is_open(sale: Sale) -> bool:
    """Whether a card can get all of it back; of a gift card's part it cannot."""
    return sale.counts and not sale.refunds and not sale.stored_value


def _build_repeat(like: Sale, number: int, at: datetime) -> Sale:
    """The same buyer orders the same again."""
    return replace(
        like,
        number=number,
        placed_at=at,
        paid_at=at,
        lines=[replace(line) for line in like.lines],
        refunds=[],
        edited_at=[],
        cancelled_at=None,
        withdrawn_at=None,
        fulfilled_at=None,
        is_test=False,
        disputed_at=None,
    )
