"""Fields that hold somebody's credential: never stored, whoever asks for the record.

A payment intent's `client_secret` lets its holder finish the payment; a user table's password hash
can be tried offline. Neither says anything a warehouse is for.
"""

import functools
import re

from include.core.naming import snake

WITHHELD = "[withheld: a credential]"
_WORDS = (
    "client_secret secret secret_key secret_token api_key apikey api_secret api_token app_secret "
    "access_token refresh_token id_token auth_token bearer_token session_token oauth_token "
    "private_key signing_key signing_secret webhook_secret shared_secret consumer_secret "
    "password passwd passphrase password_hash password_digest hashed_password encrypted_password "
    "authorization access_key secret_access_key session_secret totp_secret mfa_secret otp_secret "
    "cvc cvv cvv2 card_number pin_code"
)
CREDENTIALS = frozenset(_WORDS.split())
_SUFFIXES = ("_client_secret", "_password", "_api_key", "_access_token", "_refresh_token",
             "_private_key", "_secret_key", "_api_secret", "_auth_token")  # fmt: skip
# Part of every text that matches the pattern below, and found a hundred times as fast.
_CLUES = ("secret", "passw", "passp", "key", "token", "author", "cvc", "cvv", "number", "code")
_SUSPICIOUS = re.compile(
    r"secret|passw|passphrase|api.?key|token|private.?key|signing.?key|access.?key|authorization|"
    r"\bcv[cv]|card.?number|pin.?code",
    re.IGNORECASE,
)


def is_suspicious(text: str) -> bool:
    """Whether a text is worth taking apart: cheap, and never blind to one of the names above."""
    folded = text.casefold()
    return any(clue in folded for clue in _CLUES) and _SUSPICIOUS.search(text) is not None


@functools.lru_cache(maxsize=20_000)
def is_credential(name: str) -> bool:
    """True for a field whose last part is named as credentials are."""
    word = snake(name.split(".")[-1])
    return word in CREDENTIALS or word.endswith(_SUFFIXES)
