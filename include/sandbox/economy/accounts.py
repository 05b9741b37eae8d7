"""Customer records of one source: the pool seen with that system's spelling, gaps and doubles."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.sandbox.economy.confusions.mishaps import run_mishaps
from include.sandbox.economy.names import respell_company, respell_person
from include.sandbox.economy.records import Account, Address, Party
from include.sandbox.seeded_random import between, build_dice

DOUBLE_RATIO = 0.04


def _learned_addresses(
    dice: random.Random, party: Party, created_at: datetime
) -> list[tuple[datetime, Address]]:
    """What a system knows: the address of the day, later moves with a lag, some moves never."""
    current = [address for since, address in party.addresses if since <= created_at]
    found = [(created_at, current[-1] if current else party.addresses[0][1])]
    for since, address in party.addresses:
        if since > created_at and dice.random() < 0.85:
            found.append((since + timedelta(hours=dice.randrange(1, 24 * 40)), address))
    return found


def _email_of(dice: random.Random, party: Party, double: bool) -> str | None:
    roll = dice.random()
    if double:
        return party.second_email if roll < 0.6 else party.email
    if roll < 0.07:
        return None
    if roll < 0.12:
        return party.email.title()
    if roll < 0.15:
        return party.email.replace("@", "+shop@")
    if roll < 0.18:
        return party.second_email
    return party.email


@dataclass(frozen=True, slots=True)
class System:
    """One tenant's system that keeps customers, as this seed's world has it."""

    seed: int
    tenant: str
    source: str


def build_account(
    system: System, party: Party, created_at: datetime, horizon: datetime, double: int = 0
) -> Account:
    """One record of a party; its `number` is given later, in order of creation."""
    seed, tenant, source = system.seed, system.tenant, system.source
    dice = build_dice(seed, tenant, source, "account", party.party_id, double)
    first, last = respell_person(dice, party.first_name, party.last_name_at(created_at))
    company = (
        respell_company(dice, party.company_name, party.legal_form) if party.is_company else ""
    )
    edits = []
    if dice.random() < 0.06:
        edits.append((between(dice, created_at, horizon), "note", "called, details confirmed"))
    account = Account(
        tenant=tenant,
        source=source,
        number=0,
        party=party,
        first_name=first,
        last_name=last,
        company_name=company,
        email=_email_of(dice, party, bool(double)),
        phone=None if dice.random() < 0.25 else party.phone_at(created_at),
        created_at=created_at,
        addresses=_learned_addresses(dice, party, created_at),
        edits=edits,
    )
    run_mishaps(build_dice(seed, tenant, source, "mishap", party.party_id, double), account, seed)
    return account


def build_told(system: System, party: Party, at: datetime) -> Account:
    """A person as told to a system once, at first contact: a lead, a contact."""
    return build_account(system, party, at, at + timedelta(days=1))


def build_accounts(
    system: System, parties: list[Party], start: datetime, end: datetime, horizon: datetime
) -> list[Account]:
    """One account per party, plus doubles of about one in 25, numbered in order of creation.

    About 5% of the parties arrive only after `end` (the tail that `--advance` shows).
    """
    found: list[Account] = []
    doubles: dict[int, Account] = {}
    late = len(parties) // 20 if horizon > end else 0
    for position, party in enumerate(parties):
        dice = build_dice(system.seed, system.tenant, system.source, "joined", party.party_id)
        after = position >= len(parties) - late
        window = (
            (end, horizon)
            if after
            else (start, start + (end - start) * dice.choice((0.3, 0.6, 1.0)))
        )
        joined = between(dice, *window)
        account = build_account(system, party, joined, horizon)
        found.append(account)
        if dice.random() < DOUBLE_RATIO and not after:
            again = between(dice, joined + timedelta(days=1), max(end, joined + timedelta(days=2)))
            double = build_account(system, party, again, horizon, double=1)
            found.append(double)
            doubles[id(double)] = account
    found.sort(key=lambda account: (account.created_at, account.party.party_id))
    for number, account in enumerate(found, 1):
        account.number = number
    for account in found:
        if id(account) in doubles:
            account.duplicate_of = doubles[id(account)].number
    return found
