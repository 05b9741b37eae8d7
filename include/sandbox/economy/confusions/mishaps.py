"""What one system gets wrong, or never learns, about a person; rates: `include/sandbox/README.md`.

Each account has dice of its own here, so that a rate that changes moves no sale.
"""

import random
import string

from include.sandbox.economy.names import misspell
from include.sandbox.economy.records import Account
from include.sandbox.seeded_random import build_token

NATIVE_SCRIPT, OTHER_LATIN = 0.35, 0.2
SWAPPED_NAMES = 0.012
FIRST_NAME_TYPO, LAST_NAME_TYPO = 0.023, 0.01
EMAIL_TYPO, PHONE_TYPO = 0.015, 0.015
PLACEHOLDER_EMAIL, PLACEHOLDER_PHONE = 0.015, 0.02
PERSONAL_RELAY, MARKET_RELAY = 0.02, 0.015
EMAIL_ONLY, PHONE_ONLY, NAME_ONLY = 0.008, 0.006, 0.004
LOOSE_PHONE = 0.4
DECORATED = 0.003
PLACEHOLDER_EMAILS = ("none@none.com", "noemail@noemail.com", "na@na.com", "test@test.com")
PLACEHOLDER_PHONES = ("+10000000000", "000-000-0000", "999-999-9999", "555-555-5555")
MARKET_INBOX = "orders@tradepost-market.example"
# Systems that take a phone as it was typed; Shopify and Stripe write E.164.
LOOSE_SYSTEMS = ("quickbooks", "square", "erpnext", "ecommerce_csv", "gohighlevel", "salesforce")
# Systems a marketplace writes its orders into.
MARKET_SYSTEMS = ("shopify", "ecommerce_csv")


def run_mishaps(dice: random.Random, account: Account, seed: int) -> None:
    """Change a fresh account in place: at most one mishap of each part of it."""
    if account.party.is_test:
        return
    if not account.party.is_company:
        _run_name(dice, account)
    _run_email(dice, account, seed)
    _run_phone(dice, account)
    _run_gaps(dice, account)


def _run_name(dice: random.Random, account: Account) -> None:
    party, roll = account.party, dice.random()
    if party.native_name and roll < NATIVE_SCRIPT:
        account.first_name, account.last_name = party.native_name
        return
    if party.other_name and roll < NATIVE_SCRIPT + OTHER_LATIN:
        account.first_name, account.last_name = party.other_name
        return
    roll = dice.random()
    for share, change in (
        (SWAPPED_NAMES, _swap_names),
        (FIRST_NAME_TYPO, _mistype_first),
        (LAST_NAME_TYPO, _mistype_last),
        (DECORATED, _decorate),
    ):
        if roll < share:
            change(dice, account)
            return
        roll -= share


def _swap_names(dice: random.Random, account: Account) -> None:
    account.first_name, account.last_name = account.last_name, account.first_name


def _mistype_first(dice: random.Random, account: Account) -> None:
    account.first_name = misspell(dice, account.first_name)


def _mistype_last(dice: random.Random, account: Account) -> None:
    account.last_name = misspell(dice, account.last_name)


def _decorate(dice: random.Random, account: Account) -> None:
    account.first_name = f"{account.first_name} {dice.choice('🌸🏔⭐')}"


def _run_email(dice: random.Random, account: Account, seed: int) -> None:
    roll, market = dice.random(), account.source in MARKET_SYSTEMS
    if roll < PLACEHOLDER_EMAIL:
        account.email = dice.choice(PLACEHOLDER_EMAILS)
    elif account.email is None:
        return
    elif roll < PLACEHOLDER_EMAIL + EMAIL_TYPO:
        account.email = _mistype_email(dice, account.email)
    elif market and roll < PLACEHOLDER_EMAIL + EMAIL_TYPO + PERSONAL_RELAY:
        # One address for each pair of buyer and shop: it says nothing about anybody else.
        scope = (seed, "relay", account.tenant, account.source, account.party.party_id)
        account.email = f"{build_token(*scope, length=14).lower()}@marketplace.amazon.com"
    elif market and roll < PLACEHOLDER_EMAIL + EMAIL_TYPO + PERSONAL_RELAY + MARKET_RELAY:
        account.email = MARKET_INBOX


def _mistype_email(dice: random.Random, email: str) -> str:
    local, _, host = email.partition("@")
    if host == "gmail.com" and dice.random() < 0.5:
        return f"{local}@{dice.choice(('gmial.com', 'gmail.con', 'gamil.com'))}"
    return f"{misspell(dice, local)}@{host}"


def _run_phone(dice: random.Random, account: Account) -> None:
    if account.phone is None:
        return
    roll = dice.random()
    if roll < PLACEHOLDER_PHONE:
        account.phone = dice.choice(PLACEHOLDER_PHONES)
        return
    if roll < PLACEHOLDER_PHONE + PHONE_TYPO:
        at = dice.randrange(len(account.phone) - 4, len(account.phone))
        other = dice.choice([digit for digit in string.digits if digit != account.phone[at]])
        account.phone = account.phone[:at] + other + account.phone[at + 1 :]
    digits = account.phone.removeprefix("+1")
    if account.source in LOOSE_SYSTEMS and len(digits) == 10 and dice.random() < LOOSE_PHONE:
        shape = dice.choice(("({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "1 {} {} {}"))
        account.phone = shape.format(digits[:3], digits[3:6], digits[6:])


def _run_gaps(dice: random.Random, account: Account) -> None:
    """Records of one field only: a newsletter's address, a missed call, a name on a slip."""
    roll = dice.random()
    if account.party.is_company or not account.email or not account.phone:
        return
    if roll < EMAIL_ONLY:
        account.first_name = account.last_name = ""
        account.phone = None
    elif roll < EMAIL_ONLY + PHONE_ONLY:
        account.first_name = account.last_name = ""
        account.email = None
    elif roll < EMAIL_ONLY + PHONE_ONLY + NAME_ONLY:
        account.email = account.phone = None
