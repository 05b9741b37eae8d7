"""One OAuth token as a value, and where it is kept between processes."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from include.core.clock import format_instant, parse_instant, utcnow
from include.core.errors import ContractBroken

KNOWN_FIELDS = ("access_token", "refresh_token", "expires_in", "token_type", "scope")
# A token that ends while a page is on its way would fail a request that could have succeeded.
MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, repr=False)
class Token:
    """What a token endpoint answered.

    Attributes:
        refresh_token: The one to use next time; None when the grant has none.
        expires_at: None when the vendor does not say: it is then used until a 401.
        facts: Everything else of the answer that is text (`instance_url`, `locationId`).
    """

    access_token: str
    refresh_token: str | None
    expires_at: datetime | None
    issued_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Token(expires_at={self.expires_at}, facts={sorted(self.facts)})"

    def is_live(self) -> bool:
        """It has not expired, as far as the vendor said."""
        if self.expires_at is None:
            return True
        # A token that lives two minutes would never be live, and each request would fetch one.
        margin = min(MARGIN, (self.expires_at - self.issued_at) / 4)
        return utcnow() < self.expires_at - margin

    def to_text(self) -> str:
        """JSON for a store; holds secrets."""
        found = {"access_token": self.access_token, "refresh_token": self.refresh_token}
        expires = format_instant(self.expires_at) if self.expires_at else None
        times = {"expires_at": expires, "issued_at": format_instant(self.issued_at)}
        return json.dumps({**found, **times, "facts": dict(self.facts)})


def parse_token(text: str) -> Token:
    """Inverse of `Token.to_text`."""
    found = json.loads(text)
    expires = found["expires_at"]
    return Token(
        access_token=found["access_token"],
        refresh_token=found["refresh_token"],
        expires_at=parse_instant(expires) if expires else None,
        issued_at=parse_instant(found["issued_at"]),
        facts=found["facts"],
    )


def build_token(answer: Any, former_refresh_token: str | None) -> Token:
    """A token from the endpoint's JSON; the former refresh token stays when none comes back.

    Raises:
        ContractBroken: If there is no access token.
    """
    access = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(access, str) or not access:
        raise ContractBroken(
            "the token endpoint answered without `access_token`. Expected one (RFC 6749, 5.1). "
            "Check the connection's token address."
        )
    now, lasts = utcnow(), answer.get("expires_in")
    try:
        expires = now + timedelta(seconds=int(lasts)) if lasts else None
    except (TypeError, ValueError):
        expires = None
    facts = {k: v for k, v in answer.items() if k not in KNOWN_FIELDS and isinstance(v, str)}
    refresh = answer.get("refresh_token") or former_refresh_token
    return Token(access, refresh, expires, now, facts)


class TokenStore(Protocol):
    """Where one connection's token lives. `include.ledger.stores.tokens` keeps it for good.

    `origin` names the secrets of the connection a token descends from: a token of another origin
    is not handed out, so that newer secrets in the connection win over what is stored.
    """

    def lock(self) -> AbstractContextManager[None]:
        """Only one holder over all processes; raises at once if `put` could not work."""
        ...

    def get(self, origin: str) -> str | None:
        """The stored text; None when there is none of this origin."""
        ...

    def put(self, origin: str, text: str) -> None:
        """Keep it; when this returns, it survives a crash."""
        ...


class MemoryTokenStore:
    """For grants that can be repeated at will (client credentials), and for tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[str, str] | None = None

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self._lock:
            yield

    def get(self, origin: str) -> str | None:
        return self._kept[1] if self._kept and self._kept[0] == origin else None

    def put(self, origin: str, text: str) -> None:
        self._kept = (origin, text)
