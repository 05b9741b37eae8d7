"""Who speaks for a tenant's sales: by kind, as the tenant names them, an API before an export."""

from include.config.tenant.revenue import Revenue, Speaker, build_sources

SPEAKERS = [
    Speaker(connector="stripe", feed="pay", role="money", books=None, is_export=False),
    Speaker(connector="quickbooks_csv", feed="a_books", role="books", books="qb", is_export=True),
    Speaker(connector="quickbooks", feed="online", role="books", books="qb", is_export=False),
    Speaker(connector="square", feed="till", role="orders", books=None, is_export=False),
    Speaker(connector="shopify", feed="shop", role="orders", books=None, is_export=False),
]


def feeds(revenue: Revenue) -> list[str]:
    return [one.feed for one in build_sources(revenue, SPEAKERS)]


def test_shops_speak_before_books_and_books_before_money() -> None:
    assert feeds(Revenue()) == ["shop", "till", "online", "a_books", "pay"]
    assert [one.rank for one in build_sources(Revenue(), SPEAKERS)] == [1, 2, 3, 4, 5]


def test_what_the_tenant_names_comes_first_and_has_the_role_it_is_named_in() -> None:
    revenue = Revenue(orders=("till", "stripe"), books=("a_books",), counts=("orders",))
    assert feeds(revenue) == ["till", "pay", "shop", "a_books", "online"]
    by_feed = {one.feed: one for one in build_sources(revenue, SPEAKERS)}
    assert (by_feed["pay"].role, by_feed["pay"].kind, by_feed["pay"].counts) == (
        "orders",
        "money",
        True,
    )
    assert not by_feed["online"].counts


def test_books_of_two_companies_are_no_copies() -> None:
    """Folding the copies of two companies' books would lose one company's sales."""
    assert {one.books for one in build_sources(Revenue(), SPEAKERS)} == {"qb", None}
    assert {one.books for one in build_sources(Revenue(copies=False), SPEAKERS)} == {None}


def test_a_replica_of_the_books_is_one_more_copy_of_them() -> None:
    """A SQL copy of QuickBooks spoke as a shop: each invoice would have counted twice."""
    replica = Speaker(connector="sql", feed="replica", role="orders", books=None, is_export=False)
    revenue = Revenue(same_books={"replica": "qb"})
    found = {one.feed: one for one in build_sources(revenue, [*SPEAKERS, replica])}
    assert (found["replica"].role, found["replica"].kind) == ("books", "books")
    assert found["replica"].books == found["online"].books == "qb"
    # Which copy speaks is the tenant's choice.
    chosen = Revenue(same_books={"replica": "qb"}, books=("replica",))
    by_rank = sorted(build_sources(chosen, [*SPEAKERS, replica]), key=lambda one: one.rank)
    assert [one.feed for one in by_rank] == ["shop", "till", "replica", "online", "a_books", "pay"]
    assert {one.books for one in build_sources(Revenue(copies=False), [replica])} == {None}


def test_feeds_of_generic_connectors_are_systems_of_their_own() -> None:
    """A shop and its books, both read by `sql`, were never compared: each sale counted twice."""
    generic = [
        Speaker(
            connector="sql", feed=name, role="orders", books=None, is_export=False, is_generic=True
        )
        for name in ("ledger", "shop")
    ]
    found = build_sources(Revenue(books=("ledger",)), [*SPEAKERS, *generic])
    systems = {one.feed: (one.system, one.role) for one in found}
    assert systems["ledger"] == ("sql:ledger", "books")
    assert systems["shop"] == ("sql:shop", "orders")
    assert systems["online"] == ("quickbooks", "books")
