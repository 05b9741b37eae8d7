"""What is left of a record when a person in it has been erased: facts stay, the person goes.

Shared by the command that erases what is stored and by the loader, which redacts what still
arrives; so a record that comes again is found as the erasure has left it.
"""

import functools
import hmac
import re
from collections.abc import Iterable
from typing import Any

from include.config.personal_words import looks_personal_in
from include.ledger.erasures import Erasures
from include.load.privacy.mask import load_exact, normalise
from include.load.privacy.person_links import read_row_texts
from include.load.shape.values import build_json

ERASED = "[erased]"
# As JSON writes them, the last letter would seem to belong to the address behind it.
ESCAPES = ("\\n", "\\t", "\\r", "\\b", "\\f")
PSEUDONYM = "erased-"
# Characters an address may have; what touches it on either side makes it another address.
EMAIL_TOKEN = re.compile(r"[a-z0-9._%+'-]+(?:@|%40)[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
PHONE_TOKEN = re.compile(
    r"(?<![0-9a-z])\+?\(?[0-9][0-9 ()./-]{5,22}[0-9](?![0-9a-z])", re.IGNORECASE
)


def build_pseudonym(salt: bytes, value: str) -> str:
    """What stands in a key instead of a personal value: equal values stay equal."""
    return (
        PSEUDONYM + hmac.digest(salt, value.encode("utf-8", "surrogatepass"), "sha256").hex()[:24]
    )


def find_tokens(text: str, *, phones: bool) -> set[str]:
    """Everything in a text that looks like an address, and like a phone number if asked for."""
    found = set()
    if "@" in text or "%40" in text:
        for token in EMAIL_TOKEN.findall(text):
            found |= _spellings(token)
    if phones:
        found.update(PHONE_TOKEN.findall(text))
    return found


def _spellings(token: str) -> set[str]:
    """An address as it stands, and without what a URL or JSON escape has glued to it."""
    whole = _unquote(token)
    cut = re.sub(r"^(?:%[0-9a-f]{2})+", "", whole, flags=re.IGNORECASE)
    return {whole, cut, cut.strip("'."), cut.split("%")[-1]} - {""}


class Eraser:
    """Knows whom a tenant has erased.

    Attributes:
        exact: Texts that stand for an erased person as they are: digests of a tenant that hashes.
    """

    def __init__(self, erasures: Erasures, exact: Iterable[str] = ()) -> None:
        self.salt = erasures.salt
        self.exact = frozenset(exact)
        self._erasures = erasures
        self._people = erasures.digests.get("email", set()) | erasures.digests.get("phone", set())
        self._rows = erasures.digests.get("row", set())
        self.has_phones = bool(erasures.digests.get("phone"))
        self.is_erased = functools.lru_cache(maxsize=100_000)(self._is_erased)
        self._is_row = functools.lru_cache(maxsize=100_000)(self._is_on_list)

    def _is_erased(self, token: str) -> bool:
        return self._erasures.digest(normalise(token)) in self._people

    def _is_on_list(self, text: str) -> bool:
        return self._erasures.digest(text) in self._rows

    def is_row(self, feed: str, column: str, value: str) -> bool:
        """True when a column's value is the key of an erased person in that feed."""
        if not self._rows:
            return False
        return any(self._is_row(text) for text in read_row_texts(feed, column, value))

    def pseudonym(self, value: str) -> str:
        return value if value.startswith(PSEUDONYM) else build_pseudonym(self.salt, value)

    def mentions(self, text: str) -> bool:
        """True when an erased address or number stands somewhere in the text."""
        if any(one in text for one in self.exact):
            return True
        return any(map(self.is_erased, find_tokens(text, phones=self.has_phones)))

    def mentions_stored(self, text: str) -> bool:
        """The same for a text as the warehouse has it, which may be a JSON document."""
        if any(one in text for one in self.exact):
            return True
        if text[:1] in ("{", "["):
            for escape in ESCAPES:
                text = text.replace(escape, " ")
        return self.mentions(text)

    def with_exact(self, more: Iterable[str]) -> "Eraser":
        """The same, which also takes these texts for the person."""
        return Eraser(self._erasures, (*self.exact, *more))

    def owns(self, value: Any) -> bool:
        """True when the value, or a leaf of it, is nothing but an erased address or number."""
        if isinstance(value, dict):
            return any(map(self.owns, value.values()))
        if isinstance(value, list | tuple):
            return any(map(self.owns, value))
        if not isinstance(value, str):
            return False
        plain = value.removeprefix("hmac:")
        return plain in self.exact or self.is_erased(value) or self.is_erased(_unquote(value))

    def redact_text(self, text: str) -> str:
        """The text with every erased address and number replaced."""
        for one in self.exact:
            text = text.replace(one, ERASED)
        if "@" in text or "%40" in text:
            text = EMAIL_TOKEN.sub(self._replace, text)
        if self.has_phones:
            text = PHONE_TOKEN.sub(lambda m: ERASED if self.is_erased(m[0]) else m[0], text)
        return text

    def _replace(self, match: re.Match[str]) -> str:
        for one in sorted(_spellings(match[0]), key=len, reverse=True):
            if self.is_erased(one):
                return _unquote(match[0]).replace(one, ERASED)
        return match[0]

    def redact_document(self, value: Any, *, is_own: bool, around: str = "") -> Any:
        """A JSON value without erased addresses; of the person's own, without personal fields.

        Args:
            around: Name of the object the value stands in.
        """
        if isinstance(value, dict):
            return {
                key: None
                if is_own and looks_personal_in(around, str(key))
                else self.redact_document(item, is_own=is_own, around=str(key))
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.redact_document(one, is_own=is_own, around=around) for one in value]
        return self.redact_text(value) if isinstance(value, str) else value


def read_stored(kind: str | None, text: str | None) -> Any:
    """A column's text as the value it stands for; documents in text columns are read, too."""
    if text is None:
        return None
    if kind in ("json", "jsonb") or (kind == "text" and text[:1] in ("{", "[")):
        try:
            return load_exact(text)
        except ValueError:
            return text
    return text


def write_stored(kind: str, text: str, eraser: Eraser, *, is_own: bool) -> str:
    """A column's text without the person; the very same text when it does not name them."""
    value = read_stored(kind, text)
    made = eraser.redact_document(value, is_own=is_own)
    if made == value:
        return text
    return made if isinstance(made, str) and kind not in ("json", "jsonb") else build_json(made)


def _unquote(text: str) -> str:
    return re.sub("%40", "@", text, flags=re.IGNORECASE)
