"""What acme and summit advertise: campaigns, groups, ads, keywords. Constant, not drawn."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Keyword:
    """`match`: EXACT, PHRASE or BROAD."""

    number: int
    text: str
    match: str


@dataclass(frozen=True, slots=True)
class Ad:
    """`kind`: search, image, video or carousel."""

    number: int
    name: str
    headline: str
    kind: str


@dataclass(frozen=True, slots=True)
class AdGroup:
    """A Google ad group or a Meta ad set; keywords only for search."""

    number: int
    name: str
    ads: tuple[Ad, ...]
    keywords: tuple[Keyword, ...] = ()


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign.

    Attributes:
        platform: google or meta.
        number: Unique over all campaigns of all tenants; numbers of groups, ads and keywords too.
        name: `utm_campaign`, equal to `Touch.campaign` of what it brought.
        kind: search, performance_max or social.
        source, medium: As in `Touch`.
        landing: Path people land on.
        started_on, ended_on: In the account's time zone; `ended_on` is its last day.
        daily_budget, click_cents: Cents; mean price of a click.
        daily_clicks: Mean idle clicks a day in a world of size 1,000.
        click_rate: Clicks per impression.
        groups: Empty for Performance Max.
    """

    platform: str
    number: int
    name: str
    title: str
    kind: str
    source: str
    medium: str
    landing: str
    started_on: date
    daily_budget: int
    click_cents: int
    daily_clicks: float
    click_rate: float
    groups: tuple[AdGroup, ...]
    ended_on: date | None = None

    @property
    def status(self) -> str:
        """enabled or paused."""
        return "enabled" if self.ended_on is None else "paused"


# tenant -> platform, name, title, kind, source, landing, started, ended, click cents, clicks, rate,
# groups: (name, ads, keywords)
Row = tuple[
    str, str, str, str, str, str, date, date | None, int, float, float,
    tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...],
]  # fmt: skip
BEFORE = date(2024, 11, 4)
PLANS: dict[str, tuple[Row, ...]] = {
    "acme": (
        ("google", "brand_search", "Brand | Search", "search", "google", "/", BEFORE, None,
         55, 22, 0.11, (
             ("Acme Outdoor", ("Acme Outdoor official shop", "Free shipping over $150"),
              ("acme outdoor", "acme outdoor store", "acme tents")),
             ("Acme Reviews", ("See why hikers love Acme",), ("acme outdoor reviews",)))),
        ("google", "generic_outdoor", "Generic Outdoor | Search", "search", "google",
         "/collections/all", BEFORE, None, 140, 26, 0.045, (
             ("Tents", ("Light tents for two", "Tents that last"),
              ("ultralight tent", "2 person tent", "backpacking tent")),
             ("Boots", ("Boots for every trail",), ("hiking boots", "waterproof boots")))),
        ("google", "pmax_clearance", "Clearance | Performance Max", "performance_max", "google",
         "/collections/clearance", date(2026, 6, 1), None, 80, 12, 0.012, ()),
        ("meta", "prospecting_video", "Prospecting | Video", "social", "facebook",
         "/pages/summer", BEFORE, None, 95, 24, 0.014, (
             ("Lookalike buyers 1%", ("Sunrise hike 15s", "Camp kitchen 30s"), ()),
             ("Interest outdoor", ("Sunrise hike 15s",), ()))),
        ("meta", "retargeting_carousel", "Retargeting | Carousel", "social", "instagram",
         "/collections/best-sellers", BEFORE, None, 70, 14, 0.021, (
             ("Viewed product 14d", ("Best sellers carousel", "You left this"), ()),)),
        ("meta", "holiday_2025", "Holiday 2025", "social", "facebook", "/pages/holiday",
         date(2025, 11, 10), date(2025, 12, 27), 88, 18, 0.016, (
             ("Gift ideas", ("Gifts under $50",), ()),)),
    ),
    "summit": (
        ("google", "furnace_repair", "Furnace Repair | Search", "search", "google",
         "/furnace-repair", BEFORE, None, 1_150, 9, 0.06, (
             ("Emergency", ("Furnace out? We come today", "24/7 furnace repair"),
              ("furnace repair near me", "emergency furnace repair", "no heat")),
             ("Tune-up", ("$89 furnace tune-up",), ("furnace tune up", "hvac maintenance")))),
        ("google", "roof_leak", "Roof Leak | Search", "search", "google", "/roof-leak", BEFORE,
         None, 1_480, 6, 0.05, (
             ("Leaks", ("Roof leak? Free inspection",), ("roof leak repair", "roofer near me")),)),
        ("meta", "spring_tuneup", "Spring Tune-up | Leads", "social", "facebook",
         "/spring-tune-up", BEFORE, None, 420, 8, 0.012, (
             ("Homeowners 35-65", ("Tune-up offer", "Meet your technician"), ()),)),
        ("meta", "storm_damage", "Storm Damage | Leads", "social", "instagram", "/storm-damage",
         BEFORE, None, 510, 5, 0.011, (
             ("Storm zip codes", ("Before and after roof",), ()),)),
    ),
}  # fmt: skip
MATCHES = ("EXACT", "PHRASE", "BROAD")


def build_campaigns(tenant: str) -> list[Campaign]:
    """All campaigns of a tenant on both platforms; none for the others."""
    first = {"acme": 1, "summit": 51}.get(tenant, 0)
    return [
        _build_campaign(first + position, row) for position, row in enumerate(PLANS.get(tenant, ()))
    ]


def _build_campaign(number: int, row: Row) -> Campaign:
    platform, name, title, kind, source, landing, since, until, cents, clicks, rate, groups = row
    built = []
    for group_at, (group, ads, keywords) in enumerate(groups, 1):
        group_number = number * 10 + group_at
        made = ads_of(group_number, kind, ads)
        words = tuple(
            Keyword(group_number * 10 + at, text, MATCHES[(at - 1) % 3])
            for at, text in enumerate(keywords, 1)
        )
        built.append(AdGroup(group_number, group, made, words))
    return Campaign(
        platform=platform,
        number=number,
        name=name,
        title=title,
        kind=kind,
        source=source,
        medium="cpc" if platform == "google" else "paid_social",
        landing=landing,
        started_on=since,
        daily_budget=max(int(cents * clicks * 2 // 500 * 500), 500),
        click_cents=cents,
        daily_clicks=clicks,
        click_rate=rate,
        groups=tuple(built),
        ended_on=until,
    )


def ads_of(group_number: int, kind: str, headlines: tuple[str, ...]) -> tuple[Ad, ...]:
    """Ads of a group, named after their headline."""
    found = []
    for at, headline in enumerate(headlines, 1):
        shape = "search"
        if kind == "social":
            shape = "carousel" if "carousel" in headline.lower() else "image"
            shape = "video" if headline.endswith("s") and headline[-2].isdigit() else shape
        found.append(Ad(group_number * 10 + at, headline, headline, shape))
    return tuple(found)
