"""Advertising, visits, requests, deals, tills, books: one journey per person, sums that agree."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from include.sandbox import economy_views as views
from include.sandbox.economy.campaigns import AdsAccount
from include.sandbox.economy.leads import STAGES
from include.sandbox.serve.happenings import run_advance
from include.sandbox.serve.session import Session
from include.sandbox.world import WorldSpec

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ADVERTISERS = [("acme", "google"), ("acme", "meta"), ("summit", "google"), ("summit", "meta")]


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(WorldSpec(size=100))


@pytest.fixture(scope="module")
def earlier() -> Session:
    return Session(WorldSpec(size=100, as_of=NOW - timedelta(days=60)))


def rows_of(account: AdsAccount) -> dict[tuple[object, ...], tuple[int, int, int]]:
    """Cell -> what must not change later; conversions may."""
    return {
        (r.day, r.campaign.number, r.group and r.group.number, r.ad and r.ad.number,
         r.keyword and r.keyword.number): (r.impressions, r.spend, r.clicks)
        for r in account.days
    }  # fmt: skip


@pytest.mark.parametrize(("tenant", "platform"), ADVERTISERS)
def test_conversions_are_the_clicks_that_led_to_something(
    session: Session, tenant: str, platform: str
) -> None:
    account = views.fetch_ads(session, tenant, platform)
    assert len(account.clicks) > 10
    assert sum(row.conversions for row in account.days) == len(account.clicks)
    assert sum(row.value for row in account.days) == sum(click.value for click in account.clicks)
    assert len({click.click_id for click in account.clicks}) == len(account.clicks)
    for row in account.days:
        assert row.impressions >= row.clicks >= row.conversions >= 0
        assert (row.spend > 0) == (row.clicks > 0)
    for click in account.clicks:
        assert click.at < click.converted_at < NOW


@pytest.mark.parametrize(("tenant", "platform"), ADVERTISERS)
def test_a_click_belongs_to_the_campaign_its_order_names(
    session: Session, tenant: str, platform: str
) -> None:
    arrivals = {arrival.key: arrival for arrival in views.fetch_arrivals(session, tenant)}
    for click in views.fetch_ads(session, tenant, platform).clicks:
        arrival = arrivals[click.key]
        assert (click.campaign.source, click.campaign.name) == (
            arrival.touch.source,
            arrival.touch.campaign,
        )
        assert click.party is arrival.party


@pytest.mark.parametrize(("tenant", "platform"), ADVERTISERS)
def test_a_later_day_never_rewrites_cost(
    session: Session, earlier: Session, tenant: str, platform: str
) -> None:
    """Conversions may come later; impressions of days without a late click and all days stay."""
    then = rows_of(views.fetch_ads(earlier, tenant, platform))
    now = rows_of(views.fetch_ads(session, tenant, platform))
    assert set(then) <= set(now)
    late = {
        click.at.date() + timedelta(days=shift)
        for click in views.fetch_ads(session, tenant, platform).clicks
        if click.converted_at >= NOW - timedelta(days=60)
        for shift in (-1, 0, 1)
    }
    compared = [key for key in then if key[0] not in late]
    assert len(compared) > 500
    assert all(then[key] == now[key] for key in compared)


@pytest.mark.parametrize("tenant", ["acme", "summit"])
def test_visits_hold_every_tracked_purchase_or_lead_once(session: Session, tenant: str) -> None:
    visits = views.fetch_visits(session, tenant)
    bought = [h for h in visits.tracked if h.event == "purchase"]
    assert sum(day.purchases for day in visits.days) == len(bought)
    assert sum(day.revenue for day in visits.days) == sum(h.value for h in bought)
    events: Counter[str] = Counter()
    for day in visits.days:
        assert day.sessions >= day.engaged >= day.purchases
        assert day.sessions >= day.users >= day.new_users
        events.update(day.events)
    for name, count in Counter(h.event for h in visits.tracked).items():
        assert events[name] == count
    assert events["session_start"] == sum(day.sessions for day in visits.days)
    assert len({h.transaction_id for h in bought}) == len(bought)
    assert sum(day.sessions for day in visits.days) > 20 * len(visits.tracked)


def test_analytics_misses_some_purchases(session: Session) -> None:
    happenings = views.fetch_visits(session, "acme").happenings
    unseen = sum(not happening.tracked for happening in happenings)
    assert 0.03 * len(happenings) < unseen < 0.25 * len(happenings)


@pytest.mark.parametrize("tenant", ["acme", "summit"])
def test_the_audience_is_the_same_sessions(session: Session, tenant: str) -> None:
    visits = views.fetch_visits(session, tenant)
    for name in ("sessions", "users", "new_users"):
        by_source: Counter[object] = Counter()
        by_place: Counter[object] = Counter()
        for day in visits.days:
            by_source[day.day] += getattr(day, name)
        for row in visits.audience:
            by_place[row.day] += getattr(row, name)
        assert +by_source == +by_place, name


def test_prospects_walk_the_stages_forward(session: Session) -> None:
    prospects = session.world.businesses["summit"].prospects
    assert {prospect.stage for prospect in prospects} == set(STAGES)
    for prospect in prospects:
        times = [at for at, _ in prospect.history]
        assert times == sorted(times)
        assert times[0] == prospect.came_at
        assert (prospect.stage == "lost") == (prospect.lost_reason is not None)
        assert all(message.at < NOW for message in prospect.messages)


def test_every_call_form_and_text_is_a_prospects_or_junk(session: Session) -> None:
    book = views.fetch_calls(session)
    by_key = {p.key: p for p in session.world.businesses["summit"].prospects}
    callers = [call for call in book.calls if call.prospect is not None]
    junk = len(book.calls) - len(callers)
    assert callers
    assert junk
    for call in callers:
        assert call.prospect is not None
        assert by_key[call.prospect.key].contact.phone == call.caller
    first = Counter(call.prospect.key for call in callers if call.first_call and call.prospect)
    assert set(first.values()) == {1}
    ways = Counter(prospect.way for prospect in by_key.values())
    assert len(first) == ways["call"]
    assert len(book.forms) == ways["form"]
    with_ads = [call for call in callers if call.tracker.source_name == "Google Ads"]
    assert with_ads
    assert all(call.click and call.click.campaign.name == call.tracker.campaign
               for call in with_ads)  # fmt: skip


def test_every_wholesale_sale_had_its_deal(session: Session) -> None:
    desk = views.fetch_desk(session)
    sold = {s.key: s for s in session.world.businesses["acme"].sales["quickbooks"]
            if s.channel == "wholesale"}  # fmt: skip
    won = {deal.sale_key: deal for deal in desk.deals if deal.sale_key}
    assert set(won) == set(sold)
    assert all(deal.value == sold[key].total for key, deal in won.items() if key)
    companies = {company.party_id for company, _ in desk.companies}
    assert {deal.company.party_id for deal in desk.deals} == companies


def test_stock_is_never_negative_and_adds_up(session: Session) -> None:
    tills = views.fetch_tills(session)
    levels: Counter[tuple[int, int, int]] = Counter()
    for move in tills.moves:
        cell = (move.listing.number, move.variant, move.place.number)
        levels[cell] += move.quantity
        assert levels[cell] == move.on_hand >= 0
    assert dict(levels) == tills.levels
    sold = sum(-move.quantity for move in tills.moves if move.kind == "sale")
    assert sold == sum(
        line.quantity
        for source, channel in (("square", "counter"), ("stripe", "invoice"))
        for sale in session.world.businesses["corner"].sales[source]
        if sale.channel == channel and sale.cancelled_at is None
        for line in sale.lines
        if not line.is_gift_card
    )


def test_the_erp_has_the_trade_sales_to_the_cent(session: Session) -> None:
    erp = views.fetch_erp(session)
    sales = [s for s in session.world.businesses["corner"].sales["stripe"]
             if s.channel == "invoice"]  # fmt: skip
    assert len(erp.orders) == len(sales) > 0
    billed = sum(invoice.total for invoice in erp.invoices)
    assert billed == sum(sale.total - sale.refunded for sale in sales)
    unpaid = sum(invoice.outstanding for invoice in erp.invoices)
    paid = sum(-p.amount if p.is_payout else p.amount for p in erp.payments)
    assert paid + unpaid == billed


def test_books_balance_and_match_the_invoices(session: Session) -> None:
    books = views.fetch_books(session)
    for entry in books.journal:
        assert sum(debit for _, debit, _ in entry.lines) == sum(
            credit for *_, credit in entry.lines
        )
    invoices = [doc for doc in books.documents if doc.kind == "Invoice"]
    paid = [doc for doc in invoices if doc.sale.paid_at is not None]
    assert sum(payment.amount for payment in books.payments) == sum(doc.amount for doc in paid)
    assert books.bills
    assert all(bill.total > 0 for bill in books.bills)


def test_advance_moves_requests_and_brings_new_ones() -> None:
    session = Session(WorldSpec(size=60))
    before = {p.number: (p.stage, p.updated_at) for p in
              session.world.businesses["summit"].prospects}  # fmt: skip
    run_advance(session, "summit", 8, None)
    after = {p.number: (p.stage, p.updated_at) for p in
             session.world.businesses["summit"].prospects}  # fmt: skip
    assert len(after) == len(before) + 2
    changed = [number for number in before if after[number] != before[number]]
    assert 3 <= len(changed) <= 6
