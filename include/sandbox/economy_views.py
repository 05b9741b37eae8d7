"""The derived parts of the economy, each built when first asked for: `fetch_ads(session, ...)`.

Built from what the world holds now, so that every vendor sees the same people and the same money.
"""

from datetime import timedelta

from include.sandbox.economy import leads, sales
from include.sandbox.economy.books import Books, build_books
from include.sandbox.economy.calls import CallBook, build_calls
from include.sandbox.economy.campaigns import AdsAccount, Advertiser, Arrival, Click, build_ads
from include.sandbox.economy.deals import SalesDesk, build_desk
from include.sandbox.economy.erp import Erp, build_erp
from include.sandbox.economy.point_of_sale import Tills, build_tills
from include.sandbox.economy.visits import Happening, Visits, Website, build_purchase, build_visits
from include.sandbox.serve.session import Session
from include.sandbox.world import START, TAIL_DAYS


def fetch_arrivals(session: Session, tenant: str) -> list[Arrival]:
    """acme: web orders (no tests); summit: requests. Others have none."""
    business = session.world.businesses[tenant]
    found = [
        Arrival(sale.key, sale.placed_at, sale.touch, sale.party, sale.total)
        for sale in business.sales.get("shopify", [])
        if not sale.is_test
    ]
    return found + [Arrival(p.key, p.came_at, p.touch, p.contact, 0) for p in business.prospects]


def fetch_ads(session: Session, tenant: str, platform: str) -> AdsAccount:
    """The account at `google` or `meta` of acme or summit."""
    return session.state(
        f"economy/ads/{platform}",
        tenant,
        lambda: build_ads(
            Advertiser(
                session.spec.seed,
                session.spec.size,
                tenant,
                session.world.businesses[tenant].timezone,
                platform,
            ),
            fetch_arrivals(session, tenant),
            START,
            session.now[tenant],
        ),
    )


def fetch_clicks(session: Session, tenant: str) -> dict[str, Click]:
    """Ad clicks of both platforms by the key of the order or request they led to."""
    return {
        **fetch_ads(session, tenant, "google").click_of,
        **fetch_ads(session, tenant, "meta").click_of,
    }


def fetch_visits(session: Session, tenant: str) -> Visits:
    """The web property of acme (shop) or summit (site with forms)."""
    return session.state("economy/visits", tenant, lambda: _build_visits(session, tenant))


def _build_visits(session: Session, tenant: str) -> Visits:
    business, seed = session.world.businesses[tenant], session.spec.seed
    shop = tenant == "acme"
    happenings = [
        build_purchase(seed, sale) for sale in business.sales.get("shopify", []) if not sale.is_test
    ]
    events = {"call": "click_to_call", "form": "generate_lead", "text": "generate_lead"}
    happenings += [Happening(p.key, p.came_at, p.touch, events[p.way]) for p in business.prospects]
    website = Website(
        seed,
        tenant,
        business.timezone,
        session.spec.size * (0.24 if shop else 0.03),
        sales.TOUCHES if shop else leads.TOUCHES,
    )
    return build_visits(website, happenings, START, session.now[tenant])


def fetch_calls(session: Session, tenant: str = "summit") -> CallBook:
    """Call tracking of summit."""
    return session.state(
        "economy/calls",
        tenant,
        lambda: build_calls(
            session.spec.seed,
            session.world.businesses[tenant].prospects,
            fetch_clicks(session, tenant),
            leads.build_agents(START),
            START,
            session.now[tenant],
        ),
    )


def fetch_desk(session: Session, tenant: str = "acme") -> SalesDesk:
    """The wholesale CRM of acme."""
    return session.state(
        "economy/desk",
        tenant,
        lambda: build_desk(
            session.spec.seed,
            session.world.businesses[tenant],
            session.world.people,
            START,
            session.now[tenant],
        ),
    )


def fetch_tills(session: Session, tenant: str = "corner") -> Tills:
    """The tills and the stock of corner."""
    business = session.world.businesses[tenant]
    return session.state(
        "economy/tills",
        tenant,
        lambda: build_tills(session.spec.seed, business, START, session.now[tenant]),
    )


def fetch_erp(session: Session, tenant: str = "corner") -> Erp:
    """The ERP of corner."""
    return session.state(
        "economy/erp",
        tenant,
        lambda: build_erp(
            session.spec.seed,
            session.world.businesses[tenant],
            fetch_tills(session, tenant),
            session.spec.end + timedelta(days=TAIL_DAYS),
            session.now[tenant],
        ),
    )


def fetch_books(session: Session, tenant: str = "acme") -> Books:
    """The company file of acme."""
    business = session.world.businesses[tenant]
    return session.state(
        "economy/books",
        tenant,
        lambda: build_books(session.spec.seed, business, START, session.now[tenant]),
    )
