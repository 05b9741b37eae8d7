"""Advertising accounts: campaigns down to ads and keywords, what each day cost, who clicked.

Money is cents, days are dates in the account's time zone. A conversion counts on the day of the
click, as both platforms do, so a past day still changes when a later sale comes from its click.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from include.sandbox.economy.campaign_plans import (
    Ad,
    AdGroup,
    Campaign,
    Keyword,
    build_campaigns,
)
from include.sandbox.economy.records import Party, Touch
from include.sandbox.seeded_random import build_dice, build_token

SEASON = (0.8, 0.8, 0.9, 1.0, 1.1, 1.1, 1.0, 1.0, 0.9, 1.0, 1.4, 1.5)
DEVICES = (("mobile", 62), ("desktop", 33), ("tablet", 5))
Cell = tuple[AdGroup | None, Ad | None, Keyword | None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came from somewhere: what the platforms may claim.

    Attributes:
        key: `Sale.key` or `Prospect.key`.
        at: When the person bought or first spoke to us.
        value: Cents the platform is told; 0 for a lead.
    """

    key: str
    at: datetime
    touch: Touch
    party: Party
    value: int


@dataclass(frozen=True, slots=True)
class Click:
    """The ad click behind an arrival. Other clicks are only counted in the days.

    Attributes:
        key: Key of the arrival.
        click_id: gclid or fbclid.
        at: Before the arrival by minutes, sometimes by days.
        converted_at, value: The conversion it led to.
    """

    key: str
    click_id: str
    at: datetime
    campaign: Campaign
    group: AdGroup | None
    ad: Ad | None
    keyword: Keyword | None
    party: Party
    device: str
    converted_at: datetime
    value: int


@dataclass(slots=True)
class AdDay:
    """One cell of one day: a campaign's ad and, for search, the keyword it answered.

    Attributes:
        group, ad, keyword: None below a Performance Max campaign, keyword None on Meta.
        spend, value: Cents.
        conversions: Sales or leads from this day's clicks, known by now.
    """

    day: date
    campaign: Campaign
    group: AdGroup | None
    ad: Ad | None
    keyword: Keyword | None
    impressions: int = 0
    clicks: int = 0
    spend: int = 0
    conversions: int = 0
    value: int = 0


@dataclass(slots=True)
class AdsAccount:
    """One tenant's account at one platform.

    Attributes:
        platform: google or meta.
        account_id: Ten digits (Google customer) or fifteen (Meta ad account, without `act_`).
        days: By day, campaign, group, ad, keyword; only cells with impressions.
        clicks: Clicks that led to an arrival, by time; `click_of` has them by arrival key.
            Orders by phone and arrivals before the account's first day have none.
    """

    tenant: str
    platform: str
    account_id: str
    timezone: str
    campaigns: list[Campaign]
    days: list[AdDay]
    clicks: list[Click]
    click_of: dict[str, Click]


@dataclass(frozen=True, slots=True)
class Advertiser:
    """One tenant at one platform, in a world of this seed and size."""

    seed: int
    size: int
    tenant: str
    timezone: str
    platform: str


def build_ads(
    advertiser: Advertiser, arrivals: Iterable[Arrival], start: datetime, now: datetime
) -> AdsAccount:
    """The account from 1 January 2025 there to `now`, whose day is partial; stable afterwards."""
    seed, size, tenant = advertiser.seed, advertiser.size, advertiser.tenant
    platform, timezone = advertiser.platform, advertiser.timezone
    campaigns = [c for c in build_campaigns(tenant) if c.platform == platform]
    by_name = {(c.source, c.name): c for c in campaigns}
    zone = ZoneInfo(timezone)
    opened = datetime.combine(start.date(), time.min, zone).astimezone(UTC)
    clicks = []
    for arrival in arrivals:
        campaign = by_name.get((arrival.touch.source, arrival.touch.campaign or ""))
        if campaign is not None and opened < arrival.at < now:
            clicks.append(_build_click(seed, arrival, campaign, opened))
    clicks.sort(key=lambda click: (click.at, click.key))
    of_day: dict[tuple[int, date], list[Click]] = {}
    for click in clicks:
        of_day.setdefault((click.campaign.number, click.at.astimezone(zone).date()), []).append(
            click
        )
    days: list[AdDay] = []
    today = now.astimezone(zone).date()
    for campaign in campaigns:
        day = max(campaign.started_on, start.date())
        last = min(campaign.ended_on or today, today)
        while day <= last:
            days += _build_day(seed, size, campaign, day, of_day.get((campaign.number, day), []))
            day += timedelta(days=1)
    days.sort(key=lambda cell: (cell.day, cell.campaign.number))
    return AdsAccount(
        tenant,
        platform,
        build_account_id(tenant, platform),
        timezone,
        campaigns,
        days,
        clicks,
        {click.key: click for click in clicks},
    )


def build_account_id(tenant: str, platform: str) -> str:
    """See `AdsAccount.account_id`; known before the account is built, for credentials."""
    digits = 10 if platform == "google" else 15
    found = str(int.from_bytes(f"{tenant}{platform}".encode()) % 10**digits).zfill(digits)
    return "1" + found[1:]


def _cells(campaign: Campaign) -> list[Cell]:
    if not campaign.groups:
        return [(None, None, None)]
    return [
        (group, ad, keyword)
        for group in campaign.groups
        for keyword in (group.keywords or (None,))
        for ad in group.ads
    ]


def _build_click(seed: int, arrival: Arrival, campaign: Campaign, opened: datetime) -> Click:
    dice = build_dice(seed, "click", arrival.key)
    cells = _cells(campaign)
    group, ad, keyword = cells[min(int(dice.paretovariate(1.1)) - 1, len(cells) - 1)]
    lag = dice.choice((180, 900, 2_400, 14_000, 90_000, 6 * 86_400))
    token = build_token(seed, "click-id", campaign.platform, arrival.key, length=56)
    return Click(
        key=arrival.key,
        click_id=f"Cj0KCQ{token}_BwE" if campaign.platform == "google" else f"IwAR0{token}",
        at=max(arrival.at - timedelta(seconds=dice.randrange(60, lag)), opened),
        campaign=campaign,
        group=group,
        ad=ad,
        keyword=keyword,
        party=arrival.party,
        device=dice.choices([d for d, _ in DEVICES], [w for _, w in DEVICES])[0],
        converted_at=arrival.at,
        value=arrival.value,
    )


def _build_day(
    seed: int, size: int, campaign: Campaign, day: date, known: list[Click]
) -> list[AdDay]:
    """Cells of one campaign on one day: idle clicks by chance plus the clicks that led somewhere.

    The scale comes from the world's size only, so that a later `now` never rewrites history.
    """
    dice = build_dice(seed, "ad-day", campaign.platform, campaign.number, day.isoformat())
    mean = campaign.daily_clicks * size / 1_000 * SEASON[day.month - 1]
    mean *= 1.0 if day.weekday() < 5 else 0.75
    cells = _cells(campaign)
    weights = [1 / (rank + 1) for rank in range(len(cells))]
    found: dict[int, AdDay] = {}

    def cell(at: int) -> AdDay:
        return found.setdefault(at, AdDay(day, campaign, *cells[at]))

    for at in dice.choices(
        range(len(cells)), weights, k=int(mean * dice.uniform(0.6, 1.4) + dice.random())
    ):
        cell(at).clicks += 1
    shown = int(mean / campaign.click_rate * dice.uniform(0.5, 1.1)) + dice.randrange(3)
    for at in dice.choices(range(len(cells)), weights, k=min(shown, 40)):
        cell(at).impressions += max(shown // 40, 1)
    for click in known:
        row = cell(cells.index((click.group, click.ad, click.keyword)))
        row.clicks += 1
        row.conversions += 1
        row.value += click.value
    for at in sorted(found):
        row = found[at]
        row.impressions += int(row.clicks * dice.uniform(0.5, 1.1) / campaign.click_rate)
        row.impressions = max(row.impressions, row.clicks)
        row.spend = sum(
            int(campaign.click_cents * dice.uniform(0.5, 1.6)) for _ in range(row.clicks)
        )
    return [found[at] for at in sorted(found) if found[at].impressions]
