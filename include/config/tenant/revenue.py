"""The block `revenue` of a tenant file: who speaks for what, so that a sale counts once."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from include.config.connector_spec import Role
from include.config.spec import Snake, Spec

ROLES: tuple[Role, ...] = ("orders", "books", "money")
Names = Annotated[tuple[Snake, ...], Field(max_length=100)]


class Revenue(Spec):
    """Lists hold feeds or connectors, whoever speaks first in front; the rest follows by kind."""

    orders: Names = Field((), description="Whose orders are the sales themselves.")
    books: Names = Field((), description="Who books sales; one that no order is counts by itself.")
    money: Names = Field((), description="Who takes money; a payment of no order is a sale.")
    counts: tuple[Role, ...] = Field(
        ROLES,
        description="Roles whose records are revenue where no other system has them. Without "
        "`books`, say, a daily summary in the books counts nothing.",
    )
    copies: bool = Field(
        True,
        description="Connectors of the same books (QuickBooks Online and its exports) read one "
        "company's. false: they are companies of their own.",
    )
    same_books: dict[Snake, Snake] = Field(
        {},
        max_length=100,
        description="Feeds of your own that read the books of a connector, too: feed -> its books. "
        "A replicated QuickBooks is `{replica: quickbooks}`; a document of both counts once.",
    )
    window_days: int = Field(
        3, ge=0, le=31, description="How far apart an order and its booking or payment may be."
    )
    payment_window_days: int = Field(
        45, ge=0, le=366, description="How long after an invoice its money may come."
    )
    rate_days: int = Field(
        7,
        ge=0,
        le=31,
        description="How old a rate may be: banks publish none on weekends and holidays.",
    )
    deals: Literal["alone", "always", "never"] = Field(
        "alone",
        description="When a won deal that no order settled is revenue: alone (the tenant has no "
        "source of orders), always or never.",
    )


class Source(Spec):
    """A feed that speaks; `rank` 1 speaks first, `kind` is its connector's own role.

    Two feeds of one `system` are two companies and never compared: two shops, two accounts.
    """

    connector: str
    feed: str
    system: str
    role: Role
    kind: Role
    rank: int
    books: str | None
    counts: bool


class Speaker(Spec):
    """What is to be known of a feed that has orders, payments or refunds."""

    connector: str
    feed: str
    role: Role
    books: str | None
    is_export: bool
    is_generic: bool = False


def build_sources(revenue: Revenue, speakers: Iterable[Speaker]) -> list[Source]:
    """The feeds in the order they speak: orders, then books, then money.

    Inside a role those the tenant names come first, as named; the others follow, an API before an
    export of files, then by name. A feed named in another role than its connector's has that one.
    """
    placed: list[tuple[int, int, bool, str, Speaker, Role]] = []
    for speaker in (_place_in_books(revenue, one) for one in speakers):
        role, place = _find_place(revenue, speaker)
        key = (ROLES.index(role), place, speaker.is_export, speaker.feed)
        placed.append((*key, speaker, role))
    return [
        Source(
            connector=speaker.connector,
            feed=speaker.feed,
            system=_find_system(revenue, speaker, role),
            role=role,
            kind=speaker.role,
            rank=rank,
            books=speaker.books if revenue.copies else None,
            counts=role in revenue.counts,
        )
        for rank, (*_, speaker, role) in enumerate(sorted(placed, key=lambda one: one[:4]), 1)
    ]


def _place_in_books(revenue: Revenue, speaker: Speaker) -> Speaker:
    """A feed that `same_books` names books, whatever its connector is for."""
    books = revenue.same_books.get(speaker.feed)
    return speaker.model_copy(update={"books": books, "role": "books"}) if books else speaker


def _find_place(revenue: Revenue, speaker: Speaker) -> tuple[Role, int]:
    """The role a feed speaks in and its place there; 1000: not named. Its own name is stronger."""
    for name in (speaker.feed, speaker.connector):
        for role in ROLES:
            named: tuple[str, ...] = getattr(revenue, role)
            if name in named:
                return role, named.index(name)
    return speaker.role, 1000


def _find_system(revenue: Revenue, speaker: Speaker, role: Role) -> str:
    """What a feed is a copy of: its vendor, and itself where the connector says no vendor.

    A feed whose role the tenant changed is no second account of its neighbours, either.
    """
    is_own = speaker.is_generic or role != speaker.role or speaker.feed in revenue.same_books
    return f"{speaker.connector}:{speaker.feed}" if is_own else speaker.connector
