"""The shared pool of people and companies; every tenant's customers are drawn from it."""

import random
from datetime import datetime, timedelta

from include.sandbox.economy import names
from include.sandbox.economy.records import Address, Party
from include.sandbox.seeded_random import build_dice


def build_address(dice: random.Random) -> Address:
    """A street in one of the real cities, large ones more often."""
    city, state, code, postal, country, _, tax = dice.choices(names.CITIES, names.CITY_WEIGHTS)[0]
    number = dice.randint(1, 9899)
    tail = f"{dice.randint(0, 99):02d}"
    return Address(
        street=f"{number} {dice.choice(names.STREETS)} {dice.choice(names.STREET_KINDS)}",
        street2=f"Apt {dice.randint(1, 60)}" if dice.random() < 0.15 else "",
        city=city,
        state=state,
        state_code=code,
        postal_code=f"{postal} {tail[0]}{'ABEH'[int(tail[1]) % 4]}{tail[1]}"
        if country in ("CA", "GB")
        else postal + tail,
        country_code=country,
        country=names.COUNTRY_NAMES[country],
        tax_bp=tax,
    )


def build_phone(dice: random.Random, address: Address) -> str:
    area = next(row[5] for row in names.CITIES if row[0] == address.city)
    prefix = {"DE": "+49", "GB": "+44"}.get(address.country_code, "+1")
    return f"{prefix}{area}555{dice.randint(0, 9999):04d}"


def _build_moves(
    dice: random.Random, first: Address, start: datetime, horizon: datetime, chance: float
) -> list[tuple[datetime, Address]]:
    found = [(start, first)]
    while dice.random() < chance and len(found) < 4:
        days = (horizon - start).days
        moved = start + timedelta(days=dice.randrange(20, days), seconds=dice.randrange(86_400))
        found.append((moved, build_address(dice)))
    return sorted(found, key=lambda version: version[0])


def build_people(seed: int, count: int, start: datetime, horizon: datetime) -> list[Party]:
    """`count` people; about one in six moves house inside the window."""
    found = []
    for number in range(1, count + 1):
        dice = build_dice(seed, "person", number)
        first, last = dice.choice(names.FIRST_NAMES), dice.choice(names.LAST_NAMES)
        home = build_address(dice)
        local = names.strip_accents(f"{first}.{last}").lower().replace("'", "")
        host = dice.choice(names.EMAIL_HOSTS)
        found.append(
            Party(
                party_id=f"per_{number:05d}",
                first_name=first,
                last_name=last,
                company_name="",
                legal_form="",
                email=f"{local}{number}@{host}",
                second_email=f"{local[0]}{last[:3].lower()}{number}@{dice.choice(names.EMAIL_HOSTS)}"
                if last[:3].isascii()
                else f"{local[0]}x{number}@{host}",
                phone=build_phone(dice, home),
                domain=host,
                addresses=_build_moves(dice, home, start, horizon, 0.17),
            )
        )
    return found


def build_companies(seed: int, count: int, start: datetime, horizon: datetime) -> list[Party]:
    """`count` companies with distinct names and domains."""
    order = [(head, tail) for head in names.COMPANY_HEADS for tail in names.COMPANY_TAILS]
    build_dice(seed, "company-names").shuffle(order)
    found = []
    for number in range(1, count + 1):
        dice = build_dice(seed, "company", number)
        head, tail = order[(number - 1) % len(order)]
        name = f"{head} {tail}" if number <= len(order) else f"{head} {tail} {number}"
        domain = f"{name.lower().replace(' ', '')}.example"
        office = build_address(dice)
        found.append(
            Party(
                party_id=f"com_{number:05d}",
                first_name=dice.choice(names.FIRST_NAMES),
                last_name=dice.choice(names.LAST_NAMES),
                company_name=name,
                legal_form=dice.choice(names.LEGAL_FORMS),
                email=f"accounts@{domain}",
                second_email=f"office@{domain}",
                phone=build_phone(dice, office),
                domain=domain,
                addresses=_build_moves(dice, office, start, horizon, 0.08),
            )
        )
    return found


def run_employment(seed: int, people: list[Party], companies: list[Party]) -> None:
    """Give some people an employer: their work address is at its domain."""
    for person in people:
        dice = build_dice(seed, "employer", person.party_id)
        if companies and dice.random() < 0.12:
            employer = dice.choice(companies)
            person.employer = employer.party_id
            person.second_email = f"{person.email.split('@')[0]}@{employer.domain}"
