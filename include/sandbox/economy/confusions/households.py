"""What makes people hard to tell apart, or to know again: it is true of the people themselves.

Kinds go by the number of a person, so that every seed and size has each of them. What one system
gets wrong about a person is in `mishaps.py`. Rates and their sources: `include/sandbox/README.md`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from include.sandbox.economy import names
from include.sandbox.economy.pool import build_phone
from include.sandbox.economy.records import Address, Party
from include.sandbox.seeded_random import between, build_dice

# One of so many people; what a person's number leaves when divided decides.
FAMILY, FAMILY_AT = 9, 4
NAMESAKE, NAMESAKE_AT = 60, 31
MARRIED, MARRIED_AT = 45, 17
RECYCLED, RECYCLED_AT = 50, 23
NATIVE, NATIVE_AT = 30, 12
TESTER, TESTER_AT = 100, 66
SAME_PHONE, SAME_EMAIL, SAME_NAME = 0.4, 0.15, 0.85
SHARED_INBOX, FRONT_DESK = 0.2, 0.35
TWIN_COMPANY, TWIN_COMPANY_AT = 30, 11
FREE_MAIL, FREE_MAIL_AT = 12, 5
TEST_NAMES = (("Test", "Test"), ("Test", "User"), ("QA", "Tester"), ("Checkout", "Test"))


def run_lives(seed: int, people: list[Party], start: datetime, horizon: datetime) -> None:
    """Change people in place. Later kinds leave those alone that an earlier one has changed."""
    for position, person in enumerate(people):
        number = position + 1
        dice = build_dice(seed, "life", person.party_id)
        if number % FAMILY == FAMILY_AT:
            _move_in(seed, person, people[position - 1])
        elif number % NAMESAKE == NAMESAKE_AT:
            _run_namesake(person, people[position - 20])
        elif number % MARRIED == MARRIED_AT:
            since = between(dice, start + timedelta(days=60), horizon)
            # The address of the inbox keeps the name before.
            person.former_name = (since, person.last_name)
            others = [name for name in names.LAST_NAMES if name != person.last_name]
            person.last_name = dice.choice(others)
        elif number % RECYCLED == RECYCLED_AT:
            _hand_on(seed, people[position - 10], person, start, horizon)
        elif number % NATIVE == NATIVE_AT:
            _run_native(person, names.NATIVE_NAMES[number // NATIVE % len(names.NATIVE_NAMES)])
        elif number % TESTER == TESTER_AT:
            _run_tester(person, number)


def _is_near(person: Party, other: Party) -> bool:
    """Both always lived in one country: no order gets another kind of tax by a move."""
    return len({address.country_code for _, address in person.addresses + other.addresses}) == 1


def _move_in(seed: int, person: Party, other: Party) -> None:
    """Two people of one household: one address, mostly one name, often one phone or inbox."""
    if not _is_near(person, other):
        return
    dice = build_dice(seed, "household", person.party_id)
    person.addresses = list(other.addresses)
    if dice.random() < SAME_NAME:
        person.last_name = other.last_name
    if dice.random() < SAME_PHONE:
        person.phone = other.phone
    if dice.random() < SAME_EMAIL:
        person.email = other.email


def _run_namesake(person: Party, other: Party) -> None:
    """Another person of the same name in the same town."""
    if not _is_near(person, other):
        return
    person.first_name, person.last_name = other.first_name, other.last_name
    person.addresses = [
        (since, _near(address, other) if place == 0 else address)
        for place, (since, address) in enumerate(person.addresses)
    ]


def _near(address: Address, other: Party) -> Address:
    """A street of one's own in the other's town."""
    town = other.addresses[0][1]
    return replace(town, street=address.street, street2=address.street2)


def _hand_on(seed: int, before: Party, person: Party, start: datetime, horizon: datetime) -> None:
    """A number that was given up and, after months, belongs to somebody else."""
    if before.former_phone or person.former_phone:
        return
    dice = build_dice(seed, "number", person.party_id)
    given_up = between(dice, start + timedelta(days=90), horizon - timedelta(days=200))
    again = given_up + timedelta(days=dice.randrange(45, 150))
    person.former_phone = (again, person.phone)
    before.former_phone = (given_up, before.phone)
    person.phone = before.phone
    before.phone = build_phone(dice, before.addresses[0][1])


def _run_native(person: Party, written: tuple[str, ...]) -> None:
    person.native_name = (written[0], written[1])
    person.first_name, person.last_name = written[2], written[3]
    person.other_name = (written[4], written[5])
    local = f"{written[2]}.{written[3]}".lower().replace(" ", "").replace("-", "")
    person.email = f"{local}{int(person.party_id[4:])}@{person.domain}"


def _run_tester(person: Party, number: int) -> None:
    """Staff that tries the checkout."""
    person.is_test = True
    person.first_name, person.last_name = TEST_NAMES[number // TESTER % len(TEST_NAMES)]
    person.email = "test@test.com" if number // TESTER % 2 else f"test+{number}@example.com"
    person.second_email = person.email


def run_offices(seed: int, people: list[Party], companies: list[Party]) -> None:
    """Shared inboxes and front desks, companies of one name, and companies with a free address."""
    for position, company in enumerate(companies):
        number = position + 1
        if number % TWIN_COMPANY == TWIN_COMPANY_AT:
            company.company_name = companies[position - 7].company_name
        elif number % FREE_MAIL == FREE_MAIL_AT:
            local = company.domain.partition(".")[0]
            company.email = f"{local}@{names.EMAIL_HOSTS[number % len(names.EMAIL_HOSTS)]}"
    of_id = {company.party_id: company for company in companies}
    for person in people:
        dice = build_dice(seed, "office", person.party_id)
        if person.employer is None:
            continue
        if dice.random() < SHARED_INBOX:
            person.second_email = f"info@{of_id[person.employer].domain}"
        if dice.random() < FRONT_DESK:
            person.work_phone = of_id[person.employer].phone
