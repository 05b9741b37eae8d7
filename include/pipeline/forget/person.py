"""Who is to be erased, in every way the warehouse may spell them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from include.config.models import Tenant
from include.core.errors import ConfigError, MissingSecret
from include.load.privacy.eraser import EMAIL_TOKEN
from include.load.privacy.mask import build_digest, normalise

LEAST_DIGITS = 7


@dataclass(frozen=True)
class Person:
    """One person's addresses and numbers.

    Attributes:
        emails: Normalised.
        phones: Digits only, without the prefixes systems write or leave out.
        digests: What a tenant that hashes has stored instead.
    """

    emails: tuple[str, ...]
    phones: tuple[str, ...] = ()
    digests: tuple[str, ...] = field(default=(), repr=False)

    def entries(self) -> list[tuple[str, str]]:
        """(kind, text) for the erasure list."""
        return [("email", one) for one in self.emails] + [("phone", one) for one in self.phones]

    def likes(self, more: Iterable[str] = ()) -> list[str]:
        """LIKE patterns of texts that may name the person; some name somebody else."""
        plain = [*self.emails, *self.digests, *more]
        quoted = [one.replace("@", "%40") for one in self.emails]
        return build_likes([*plain, *quoted])

    def patterns(self) -> list[str]:
        """Regular expressions for the numbers, with whatever people put between digits."""
        return ["[^0-9a-z]{0,3}".join(phone) for phone in self.phones]


def build_person(emails: Sequence[str], phones: Sequence[str], salt: str | None) -> Person:
    """Normalise what was given.

    Args:
        salt: The tenant's, when it hashes personal data.

    Raises:
        ConfigError: If one is no address or number; nothing was looked at.
    """
    for one in emails:
        if not EMAIL_TOKEN.fullmatch(one.strip()):
            raise ConfigError(f"`{one}` is no e-mail address. Expected such as `ann@mail.example`.")
    for one in phones:
        if len(re.sub(r"[^0-9]", "", one)) < LEAST_DIGITS or not normalise(one).isdigit():
            raise ConfigError(
                f"`{one}` is no phone number. Expected at least {LEAST_DIGITS} digits."
            )
    known = tuple(dict.fromkeys(map(normalise, emails)))
    numbers = tuple(dict.fromkeys(map(normalise, phones)))
    if not known and not numbers:
        raise ConfigError("nobody was named. Expected `--email`, `--phone` or both.")
    key = (salt or "").encode()
    digests = tuple(build_digest(key, one) for one in (*known, *numbers)) if salt else ()
    return Person(known, numbers, digests)


def find_person(
    tenant: Tenant, emails: Sequence[str], phones: Sequence[str], salt: str | None
) -> Person:
    """The same for one tenant.

    Raises:
        MissingSecret: If it hashes personal data and there is no salt: nobody could be found.
        ConfigError: As `build_person`.
    """
    if tenant.spec.privacy.needs_salt and not salt:
        raise MissingSecret(
            "personal data is hashed, and without its salt nobody can be found in it. Set the "
            "connection the loads use.",
            tenant=tenant.id,
        )
    return build_person(emails, phones, salt)


def build_likes(texts: Iterable[str]) -> list[str]:
    """LIKE patterns of texts that hold one of these somewhere."""
    return [f"%{_escape(one)}%" for one in texts]


def _escape(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
