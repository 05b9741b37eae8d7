"""Which names of fields speak of a person: for undeclared fields, and to find unmarked columns.

A guess from words alone, on the careful side. Declared columns say it themselves (`pii: true`).
"""

import functools

from include.core.naming import snake

_PERSONAL_WORDS = (
    "email emails mail phone phones telephone mobile cellphone fax msisdn whatsapp "
    "firstname lastname surname fullname username forename "
    "address addresses addr street ip ipv4 ipv6 postcode postal zip zipcode "
    "birthday birthdate dob ssn passport iban"
)
_PERSONS = (
    "first last full given family middle nick maiden legal customer contact client person party "
    "billing shipping recipient cardholder holder buyer payer employee user agent owner guest "
    "member subscriber patient sender receiver print check signer attendee author "
    "assignee passenger student beneficiary cardholders donor applicant candidate"
)
# `email_status`, `phone_verified`, `address_type` say something about it, not what it is.
_FACTS_ABOUT = (
    "status state country type kind count counts sent opened clicked bounced verified valid "
    "validated consent subscribed unsubscribed marketing opt opted campaign template domain "
    "enabled required change changes changed is has num number_of at on hash version"
)

_NAMES = frozenset(["name", "value", "title", "label", "text"])

PERSONAL_WORDS, PERSONS, FACTS_ABOUT = (
    frozenset(text.split()) for text in (_PERSONAL_WORDS, _PERSONS, _FACTS_ABOUT)
)


@functools.lru_cache(maxsize=20_000)
def looks_personal(name: str) -> bool:
    """True for a field whose last part is named like an e-mail, phone, person, address or IP."""
    words = [word.rstrip("0123456789") or word for word in snake(name.split(".")[-1]).split("_")]
    words = [word for word in words if word]
    # `PrintOnCheckName` is a name; `phone_verified_on` is a day.
    said = [word for word in words if word not in ("on", "at") or words[-1] != "name"]
    if FACTS_ABOUT.intersection(said):
        return False
    if PERSONAL_WORDS.intersection(words) or {"date", "birth"} <= set(words):
        return True
    return "name" in words and bool(PERSONS.intersection(words))


def looks_personal_in(around: str, name: str) -> bool:
    """The same for a field inside an object: `CustomerRef.name`, `shipping.name` are persons'."""
    if looks_personal(name):
        return True
    if snake(name) not in _NAMES:
        return False
    return bool(PERSONS.intersection(_split(around)))


@functools.lru_cache(maxsize=20_000)
def _split(name: str) -> frozenset[str]:
    words = [word.rstrip("0123456789") for word in snake(name).split("_")]
    return frozenset(words + [word[:-1] for word in words if word.endswith("s")])
