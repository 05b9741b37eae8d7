"""What really happened beside orders: advertising, visits, requests, deals, stock. Cents and dates.

ads.<tenant>.<platform>       total and per campaign and day: spend, impressions, clicks,
                              conversions, value
clicks[]                      every ad click that led to something: id, key, party, campaign
visits.<tenant>               sessions, purchases and revenue the property saw, per source
prospects[]                   every request of summit: party, contact, touch, came_at, stage, value,
                              end
calls                         counts; `of_prospect`: prospect key -> number of calls
deals[]                       acme's wholesale deals: company, stage, value, sale
books                         amounts of acme's payments, bills and journal
stock                         corner: pieces now per sku and place
"""

from collections import Counter
from typing import Any

from include.sandbox.economy.campaigns import AdDay, AdsAccount
from include.sandbox.economy_views import (
    fetch_ads,
    fetch_books,
    fetch_calls,
    fetch_clicks,
    fetch_desk,
    fetch_erp,
    fetch_tills,
    fetch_visits,
)
from include.sandbox.serve.session import Session

AMOUNTS = ("spend", "impressions", "clicks", "conversions", "value")
ADVERTISERS = ("acme", "summit")


def build_growth(session: Session) -> dict[str, Any]:
    """The keys above."""
    return {
        "ads": {
            tenant: {
                platform: _build_ads(fetch_ads(session, tenant, platform))
                for platform in ("google", "meta")
            }
            for tenant in ADVERTISERS
        },
        "clicks": [
            {
                "tenant": tenant,
                "id": click.click_id,
                "key": click.key,
                "party": click.party.party_id,
                "platform": click.campaign.platform,
                "campaign": click.campaign.name,
            }
            for tenant in ADVERTISERS
            for click in fetch_clicks(session, tenant).values()
        ],
        "visits": {tenant: _build_visits(session, tenant) for tenant in ADVERTISERS},
        "prospects": _build_prospects(session),
        "calls": _build_calls(session),
        "deals": [
            {
                "number": deal.number,
                "company": deal.company.party_id,
                "stage": deal.stage,
                "value": deal.value,
                "order": deal.sale_key,
            }
            for deal in fetch_desk(session).deals
        ],
        "books": _build_books(session),
        "stock": _build_stock(session),
    }


def _sum(days: list[AdDay]) -> dict[str, int]:
    return {name: sum(getattr(day, name) for day in days) for name in AMOUNTS}


def _build_ads(account: AdsAccount) -> dict[str, Any]:
    """`campaigns`: name -> number, total and `days`: date -> amounts."""
    campaigns = {}
    for campaign in account.campaigns:
        by_day: dict[str, list[AdDay]] = {}
        for row in account.days:
            if row.campaign is campaign:
                by_day.setdefault(row.day.isoformat(), []).append(row)
        campaigns[campaign.name] = {
            "number": campaign.number,
            "total": _sum([row for rows in by_day.values() for row in rows]),
            "days": {day: _sum(rows) for day, rows in by_day.items()},
        }
    return {"account": account.account_id, "total": _sum(account.days), "campaigns": campaigns}


def _build_visits(session: Session, tenant: str) -> dict[str, Any]:
    visits = fetch_visits(session, tenant)
    sources: dict[str, dict[str, int]] = {}
    for day in visits.days:
        name = f"{day.source} / {day.medium} / {day.campaign}"
        cell = sources.setdefault(name, {"sessions": 0, "purchases": 0, "revenue": 0})
        cell["sessions"] += day.sessions
        cell["purchases"] += day.purchases
        cell["revenue"] += day.revenue
    return {
        "sources": dict(sorted(sources.items())),
        "seen": sum(happening.tracked for happening in visits.happenings),
        "unseen": sorted(h.key for h in visits.happenings if not h.tracked),
    }


def _build_prospects(session: Session) -> list[dict[str, Any]]:
    return [
        {
            "key": prospect.key,
            "party": prospect.party.party_id,
            "contact": prospect.contact.party_id,
            "touch": [prospect.touch.channel, prospect.touch.source, prospect.touch.campaign],
            "came_at": prospect.came_at.isoformat(),
            "way": prospect.way,
            "stage": prospect.stage,
            "value": prospect.value,
            "closed_at": prospect.closed_at.isoformat() if prospect.closed_at else None,
        }
        for prospect in session.world.businesses["summit"].prospects
    ]


def _build_calls(session: Session) -> dict[str, Any]:
    book = fetch_calls(session)
    return {
        "calls": len(book.calls),
        "forms": len(book.forms),
        "texts": len(book.threads),
        "junk": sum(call.prospect is None for call in book.calls),
        "of_prospect": dict(Counter(call.prospect.key for call in book.calls if call.prospect)),
    }


def _build_books(session: Session) -> dict[str, Any]:
    books = fetch_books(session)
    return {
        "payments": {
            "count": len(books.payments),
            "amount": sum(payment.amount for payment in books.payments),
        },
        "bills": {"count": len(books.bills), "amount": sum(bill.total for bill in books.bills)},
        "journal": {
            "count": len(books.journal),
            "debits": sum(debit for entry in books.journal for _, debit, _ in entry.lines),
        },
    }


def _build_stock(session: Session) -> dict[str, Any]:
    tills, erp = fetch_tills(session), fetch_erp(session)
    skus = {listing.number: listing for listing in session.world.businesses["corner"].listings}
    return {
        "moves": len(erp.stock),
        "levels": {
            f"{skus[number].variant_sku(variant)}@{place}": pieces
            for (number, variant, place), pieces in sorted(tills.levels.items())
        },
    }
