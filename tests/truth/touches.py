"""First and last channel of journeys against the touches that there were.

Judged are conversions that some system saw begin; the others are told, for nobody can know them
(a refused consent, a call to no tracked number). First and last are the earliest and latest of the
person's touches that were seen, not after the conversion and as far back as a journey looks: a deal
that took a month to win may have a second call in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection, sql

from include.core import naming
from tests.truth.revenue import has_table
from tests.truth.row import TruthRow

TARGET = 0.95
LOOKBACK = timedelta(days=90)
# Words of the truth -> channels by GA4's default rules, which take Yelp for a social site.
CHANNELS = {
    "direct": "Direct",
    "email": "Email",
    "organic_search": "Organic Search",
    "paid_search": "Paid Search",
    "paid_social": "Paid Social",
    "phone": "Phone",
    "referral": "Referral",
}
OF_SOURCE = {"yelp.example": "Organic Social"}


@dataclass(frozen=True, slots=True)
class TrueTouch:
    """What brought a person to one conversion.

    Attributes:
        key: Of the conversion, as the marts can be asked for it.
        at, converted_at: Instants; the same for what is bought in the visit. Without the second
            nothing came of it.
        zone: The tenant's.
        is_seen: A system could have noted it.
    """

    key: tuple[Any, ...]
    party: str
    at: datetime
    converted_at: datetime | None
    zone: str
    channel: str
    is_seen: bool


def build_touch_rows(
    connection: Connection[Any], truth: Mapping[str, Any], zones: Mapping[str, str]
) -> list[TruthRow]:
    """Rows of the tenants that advertise: acme's web orders, summit's won requests.

    Args:
        zones: Tenant -> its time zone, in which a look-back's days are counted.
    """
    rows = []
    for tenant, touches, query in (
        ("acme", build_order_touches(truth, zones), _ORDERS),
        ("summit", build_request_touches(truth, zones), _DEALS),
    ):
        mart = naming.dbt_schema(tenant, "mart")
        if has_table(connection, mart, "fct_customer_journeys"):
            asked = sql.SQL(query).format(mart=sql.Identifier(mart))
            told = [(tuple(key), *ends) for key, *ends in connection.execute(asked).fetchall()]
            rows += compare_touches(tenant, touches, told)
    return rows


_ORDERS = """
select array[orders.source_order_id], journeys.first_channel, journeys.last_channel
from {mart}.fct_customer_journeys as journeys
join {mart}.fct_orders as orders on orders.order_id = journeys.conversion_id
where orders.source_connector = 'shopify'
"""
_DEALS = """
select
    array[to_char(revenue_amount * 100, 'FM999999999990'), to_char(converted_on, 'YYYY-MM-DD')],
    first_channel,
    last_channel
from {mart}.fct_customer_journeys
where conversion_kind = 'deal'
"""


def build_order_touches(truth: Mapping[str, Any], zones: Mapping[str, str]) -> list[TrueTouch]:
    """Of acme's web orders, by the order's own id."""
    unseen = set(truth["visits"]["acme"]["unseen"])
    touches = []
    for one in truth["orders"]:
        if one["tenant"] == "acme" and one["source"] == "shopify":
            at = datetime.fromisoformat(one["placed_at"])
            # By the site's measurement, or by the shop's own journey.
            is_seen = one["order"] not in unseen or one.get("is_visit_known", False)
            channel = build_channel(one["touch"])
            touches.append(
                TrueTouch((one["id"],), one["party"], at, at, zones["acme"], channel, is_seen)
            )
    return touches


def build_request_touches(truth: Mapping[str, Any], zones: Mapping[str, str]) -> list[TrueTouch]:
    """Of summit's requests, by the value and day of the deal that came of it, if one did.

    A CRM notes what brought somebody when it makes the contact: a later text of the same person
    tells nobody why it came. A truth of before requests had their time has none.
    """
    touches, zone, contacts = [], zones["summit"], set()
    for one in truth["prospects"]:
        if "came_at" not in one:
            continue
        is_seen = one["way"] != "text" or one["contact"] not in contacts
        contacts.add(one["contact"])
        at, won_at, key = datetime.fromisoformat(one["came_at"]), None, ("not won", one["key"])
        if one["stage"] == "won":
            won_at = datetime.fromisoformat(one["closed_at"])
            key = (str(one["value"]), str(read_day(won_at, zone)))
        channel = build_channel(one["touch"])
        touches.append(TrueTouch(key, one["contact"], at, won_at, zone, channel, is_seen))
    return touches


def read_day(instant: datetime, zone: str) -> date:
    """The tenant's day of an instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def build_channel(touch: Iterable[str | None]) -> str:
    """`touch` is the truth's channel, source and campaign."""
    channel, source, _ = touch
    return OF_SOURCE.get(source or "", CHANNELS[channel or ""])


def compare_touches(
    tenant: str, touches: Iterable[TrueTouch], told: Iterable[tuple[tuple[Any, ...], str, str]]
) -> list[TruthRow]:
    """Shares of conversions whose first and last channel are right; a key of several is left out.

    Args:
        told: Key, first and last channel of each conversion in the marts.
    """
    answers: dict[tuple[Any, ...], list[tuple[str, str]]] = defaultdict(list)
    for key, first, last in told:
        answers[key].append((first, last))
    of_party: dict[str, list[TrueTouch]] = defaultdict(list)
    of_key: dict[tuple[Any, ...], list[TrueTouch]] = defaultdict(list)
    for touch in touches:
        of_party[touch.party].append(touch)
        of_key[touch.key].append(touch)
    known = [
        (mine[0], answers[key][0])
        for key, mine in of_key.items()
        if len(mine) == 1 and len(answers.get(key, ())) == 1 and mine[0].converted_at
    ]
    if not known:
        return []
    seen = [(touch, answer) for touch, answer in known if touch.is_seen]
    ends = [(find_ends(touch, of_party[touch.party]), answer) for touch, answer in seen]
    firsts = sum(first.channel == told_first for (first, _), (told_first, _) in ends)
    lasts = sum(last.channel == told_last for (_, last), (_, told_last) in ends)
    return [
        _build_share(tenant, "first touch: right channel", firsts, len(seen), TARGET),
        _build_share(tenant, "last touch: right channel", lasts, len(seen), TARGET),
        _build_share(tenant, "conversions whose touch was seen", len(seen), len(known), None),
    ]


def find_ends(touch: TrueTouch, others: Iterable[TrueTouch]) -> tuple[TrueTouch, TrueTouch]:
    """The earliest and latest seen touch of the same person before what came of this one."""
    assert touch.converted_at is not None
    day = read_day(touch.converted_at, touch.zone)
    inside = [
        one
        for one in others
        if one.is_seen
        and one.at <= touch.converted_at
        and day - read_day(one.at, one.zone) <= LOOKBACK
    ] or [touch]
    inside.sort(key=lambda one: one.at)
    return inside[0], inside[-1]


def _build_share(
    tenant: str, measure: str, part: int, whole: int, target: float | None
) -> TruthRow:
    share = round(part / max(whole, 1), 4)
    return TruthRow(tenant, measure, share, target, None if target is None else share >= target)
