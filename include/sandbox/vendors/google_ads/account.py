"""One client account: its entities and its performance, answered row by row.

A search groups by the resource and every selected segment, and leaves out what it counts zero of.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.campaign_plans import Ad, AdGroup, Campaign, Keyword
from include.sandbox.economy.campaigns import AdDay, AdsAccount
from include.sandbox.seeded_random import build_dice, pick
from include.sandbox.vendors.google_ads.fields import CONVERSION_SEGMENTS, MEASURED
from include.sandbox.vendors.google_ads.query import Query

DEVICES = (("MOBILE", 58.0), ("DESKTOP", 36.0), ("TABLET", 6.0))
CHANNELS = {"search": "SEARCH", "performance_max": "PERFORMANCE_MAX"}
BIDDING = {"search": "MAXIMIZE_CONVERSIONS", "performance_max": "MAXIMIZE_CONVERSION_VALUE"}
# way of the first contact -> (number, name, type, category)
ACTIONS = {
    "purchase": (1, "Purchase", "WEBPAGE", "PURCHASE"),
    "call": (2, "Calls from ads", "AD_CALL", "PHONE_CALL_LEAD"),
    "form": (3, "Lead form", "WEBPAGE", "SUBMIT_LEAD_FORM"),
    "text": (4, "Text message", "WEBPAGE", "CONTACT"),
}
CAMPAIGN, GROUP, AD, CRITERION = 20_000_000_000, 150_000_000_000, 690_000_000_000, 300_000_000_000
ACTION = 7_100_000_000
Flat = dict[str, Any]


class Account:
    """The account as known now.

    Attributes:
        ways: Arrival key -> what the conversion was: a key of `ACTIONS`.
    """

    def __init__(
        self, ads: AdsAccount, name: str, ways: dict[str, str], seed: int, now: datetime
    ) -> None:
        self.ads, self.name, self.ways, self.now = ads, name, ways, now
        self.customer_id = ads.account_id
        self._seed = seed
        self._cells_of: dict[date, list[tuple[AdDay, Flat, Flat]]] = {}
        for cell in ads.days:
            made = (cell, self._segments(cell), _metrics(cell))
            self._cells_of.setdefault(cell.day, []).append(made)

    @property
    def root(self) -> str:
        return f"customers/{self.customer_id}"

    def search(self, query: Query) -> list[Flat]:
        """Rows as field -> value, in the order asked for."""
        measured = bool(query.segments or query.metrics)
        rows = self._measure(query) if measured else self.entities(query.resource)
        rows = [row for row in rows if all(test(row.get(f)) for f, test in query.tests)]
        if query.segments and query.metrics:
            rows = [row for row in rows if any(row[metric] for metric in query.metrics)]
        for field, descending in reversed(query.orders):
            rows = sorted(rows, key=lambda row: row[field], reverse=descending)
        return rows[: query.limit] if query.limit else rows

    def entities(self, resource: str) -> list[Flat]:
        """Every row of a resource with the fields of those above it."""
        customer = self.customer()
        if resource == "customer":
            return [customer]
        if resource == "conversion_action":
            return [customer | self._action(way) for way in sorted(set(self.ways.values()))]
        found = []
        for campaign in self.ads.campaigns:
            above = customer | self._campaign(campaign)
            if resource == "campaign":
                found.append(above)
            for group in campaign.groups:
                inside = above | self._group(campaign, group)
                if resource == "ad_group":
                    found.append(inside)
                elif resource == "ad_group_ad":
                    found += [inside | self._ad(campaign, group, ad) for ad in group.ads]
                elif resource in ("ad_group_criterion", "keyword_view"):
                    found += [inside | self._keyword(group, k) for k in group.keywords]
        return found

    def customer(self) -> Flat:
        """The `customer` resource by field name."""
        return {
            "customer.resource_name": self.root,
            "customer.id": int(self.customer_id),
            "customer.descriptive_name": self.name,
            "customer.currency_code": "USD",
            "customer.time_zone": self.ads.timezone,
            "customer.manager": False,
            "customer.test_account": False,
            "customer.auto_tagging_enabled": True,
            "customer.status": "ENABLED",
        }

    def _campaign(self, campaign: Campaign) -> Flat:
        number = CAMPAIGN + campaign.number
        ended = f"{campaign.ended_on} 23:59:59" if campaign.ended_on else None
        return {
            "campaign.resource_name": f"{self.root}/campaigns/{number}",
            "campaign.id": number,
            "campaign.name": campaign.title,
            "campaign.status": campaign.status.upper(),
            "campaign.primary_status": "ENDED" if ended else "ELIGIBLE",
            "campaign.advertising_channel_type": CHANNELS[campaign.kind],
            "campaign.bidding_strategy_type": BIDDING[campaign.kind],
            "campaign.campaign_budget": f"{self.root}/campaignBudgets/{number + 1_000_000}",
            "campaign.start_date_time": f"{datetime.combine(campaign.started_on, time.min)}",
            "campaign.end_date_time": ended,
        }

    def _group(self, campaign: Campaign, group: AdGroup) -> Flat:
        number = GROUP + group.number
        return {
            "ad_group.resource_name": f"{self.root}/adGroups/{number}",
            "ad_group.id": number,
            "ad_group.name": group.name,
            "ad_group.status": "ENABLED",
            "ad_group.type": "SEARCH_STANDARD",
            "ad_group.campaign": f"{self.root}/campaigns/{CAMPAIGN + campaign.number}",
            "ad_group.cpc_bid_micros": campaign.click_cents * 10_000,
        }

    def _ad(self, campaign: Campaign, group: AdGroup, ad: Ad) -> Flat:
        number, above = AD + ad.number, GROUP + group.number
        return {
            "ad_group_ad.resource_name": f"{self.root}/adGroupAds/{above}~{number}",
            "ad_group_ad.status": "ENABLED",
            "ad_group_ad.ad_group": f"{self.root}/adGroups/{above}",
            "ad_group_ad.ad.id": number,
            "ad_group_ad.ad.name": ad.name,
            "ad_group_ad.ad.type": "RESPONSIVE_SEARCH_AD",
            "ad_group_ad.ad.final_urls": [f"https://{self.ads.tenant}.example{campaign.landing}"],
            "ad_group_ad.ad.resource_name": f"{self.root}/ads/{number}",
        }

    def _keyword(self, group: AdGroup, keyword: Keyword) -> Flat:
        above, number = GROUP + group.number, CRITERION + keyword.number
        return {
            "keyword_view.resource_name": f"{self.root}/keywordViews/{above}~{number}",
            "ad_group_criterion.resource_name": f"{self.root}/adGroupCriteria/{above}~{number}",
            "ad_group_criterion.criterion_id": number,
            "ad_group_criterion.type": "KEYWORD",
            "ad_group_criterion.status": "ENABLED",
            "ad_group_criterion.negative": False,
            "ad_group_criterion.keyword.text": keyword.text,
            "ad_group_criterion.keyword.match_type": keyword.match,
            "ad_group_criterion.ad_group": f"{self.root}/adGroups/{above}",
        }

    def _action(self, way: str) -> Flat:
        number, name, kind, category = ACTIONS[way]
        return {
            "conversion_action.resource_name": f"{self.root}/conversionActions/{ACTION + number}",
            "conversion_action.id": ACTION + number,
            "conversion_action.name": name,
            "conversion_action.status": "ENABLED",
            "conversion_action.type": kind,
            "conversion_action.category": category,
            "conversion_action.include_in_conversions_metric": True,
            "conversion_action.primary_for_goal": True,
        }

    def _measure(self, query: Query) -> list[Flat]:
        """Cells of the days asked for, summed by resource and selected segments."""
        if query.resource == "click_view":
            return list(self._click_rows(query))
        entities = {row[_id_field(query.resource)]: row for row in self.entities(query.resource)}
        by_action = bool(CONVERSION_SEGMENTS & set(query.segments))
        cells = self._conversions(query) if by_action else self._cells(query)
        found: dict[tuple[Any, ...], Flat] = {}
        for place, segments, metrics in cells:
            key = _resource_key(query.resource, self.root, place)
            if key not in entities:
                continue
            full = (key, *(segments[name] for name in query.segments))
            row = found.setdefault(full, entities[key] | {n: segments[n] for n in query.segments})
            for name, value in metrics.items():
                row[name] = row.get(name, 0) + value
        if not query.segments:
            for key, row in entities.items():
                found.setdefault((key,), row | dict.fromkeys(query.metrics, 0))
        return list(found.values())

    def _click_rows(self, query: Query) -> Iterable[Flat]:
        """Clicks of one day that somebody came of."""
        for click in self.ads.clicks:
            day = click.at.astimezone(ZoneInfo(self.ads.timezone)).date()
            if day != query.first:
                continue
            above = self.customer() | self._campaign(click.campaign)
            found: Flat = {"click_view.ad_group_ad": None, "click_view.keyword": None}
            if click.group is not None:
                above |= self._group(click.campaign, click.group)
                group = GROUP + click.group.number
                if click.ad:
                    number = AD + click.ad.number
                    found["click_view.ad_group_ad"] = f"{self.root}/adGroupAds/{group}~{number}"
                if click.keyword:
                    number = CRITERION + click.keyword.number
                    found["click_view.keyword"] = f"{self.root}/adGroupCriteria/{group}~{number}"
            yield (
                above
                | found
                | {
                    "click_view.resource_name": f"{self.root}/clickViews/{day}~{click.click_id}",
                    "click_view.gclid": click.click_id,
                    "click_view.page_number": 1,
                    "segments.date": day.isoformat(),
                }
            )

    def _cells(self, query: Query) -> Iterable[tuple[AdDay, Flat, Flat]]:
        for day, cells in self._cells_of.items():
            if query.first <= day <= query.last:
                yield from cells

    def _conversions(self, query: Query) -> Iterable[tuple[Any, Flat, Flat]]:
        """Conversions on the day of their click, by what they were."""
        zone = ZoneInfo(self.ads.timezone)
        for click in self.ads.clicks:
            day = click.at.astimezone(zone).date()
            if not query.first <= day <= query.last:
                continue
            action = self._action(self.ways[click.key])
            segments = {
                "segments.date": day.isoformat(),
                "segments.conversion_action": action["conversion_action.resource_name"],
                "segments.conversion_action_name": action["conversion_action.name"],
                "segments.device": click.device.upper(),
                "segments.ad_network_type": _network(click.campaign),
            }
            yield click, segments, _conversion_metrics(1, click.value)

    def _segments(self, cell: AdDay) -> Flat:
        """Each cell was seen on one kind of device; that is ours, the sums are the economy's."""
        parts = [cell.day, cell.campaign.number, cell.ad and cell.ad.number]
        dice = build_dice(self._seed, "ads-device", *parts, cell.keyword and cell.keyword.number)
        return {
            "segments.date": cell.day.isoformat(),
            "segments.device": pick(dice, DEVICES),
            "segments.ad_network_type": _network(cell.campaign),
        }


def _network(campaign: Campaign) -> str:
    return "SEARCH" if campaign.kind == "search" else "MIXED"


def _metrics(cell: AdDay) -> Flat:
    return {
        "metrics.impressions": cell.impressions,
        "metrics.clicks": cell.clicks,
        "metrics.interactions": cell.clicks,
        "metrics.cost_micros": cell.spend * 10_000,
    } | _conversion_metrics(cell.conversions, cell.value)


def _conversion_metrics(count: int, cents: int) -> Flat:
    return {
        "metrics.conversions": count,
        "metrics.all_conversions": count,
        # In cents until the answer is written, so that sums stay exact.
        "metrics.conversions_value": cents,
        "metrics.all_conversions_value": cents,
    }


def _id_field(resource: str) -> str:
    assert resource in MEASURED
    return f"{resource}.resource_name"


def _resource_key(resource: str, root: str, place: Any) -> str | None:
    """Resource name of what a cell or click belongs to; None where there is no such level."""
    if resource == "campaign":
        return f"{root}/campaigns/{CAMPAIGN + place.campaign.number}"
    if place.group is None:
        return None
    above = GROUP + place.group.number
    if resource == "ad_group":
        return f"{root}/adGroups/{above}"
    if resource == "ad_group_ad":
        return f"{root}/adGroupAds/{above}~{AD + place.ad.number}" if place.ad else None
    if place.keyword is None:
        return None
    return f"{root}/keywordViews/{above}~{CRITERION + place.keyword.number}"
