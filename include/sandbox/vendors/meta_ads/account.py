"""One ad account of the economy as objects and insight rows of the Graph API."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.campaign_plans import Ad, AdGroup, Campaign
from include.sandbox.economy.campaigns import AdDay, AdsAccount

Row = dict[str, Any]
CAMPAIGNS, AD_SETS, ADS = 23_840_000_000_000_000, 23_841_000_000_000_000, 23_842_000_000_000_000
CREATIVES = 23_843_000_000_000_000


class AdAccount:
    """Everything below `act_<account id>`.

    Attributes:
        lists: campaigns, adsets, ads -> objects with all their fields.
        insights: One row per ad and day, metrics as texts, zeros left out.
    """

    def __init__(self, ads: AdsAccount, name: str, now: datetime) -> None:
        self.number, self.zone, self.now = ads.account_id, ZoneInfo(ads.timezone), now
        self._shop = any(row.value for row in ads.days)
        spent = sum(row.spend for row in ads.days)
        offset = now.astimezone(self.zone).utcoffset() or timedelta()
        self.facts: Row = {
            "id": f"act_{self.number}", "account_id": self.number, "name": name, "currency": "USD",
            "timezone_name": ads.timezone, "account_status": 1, "amount_spent": str(spent),
            "timezone_offset_hours_utc": offset.total_seconds() / 3600,
        }  # fmt: skip
        self.lists: dict[str, list[Row]] = {"campaigns": [], "adsets": [], "ads": []}
        for campaign in ads.campaigns:
            self._add(campaign)
        self.insights = self._build_insights(ads)

    def _add(self, campaign: Campaign) -> None:
        running = campaign.ended_on is None
        times = {
            "created_time": self._at(campaign.started_on - timedelta(days=3)),
            "updated_time": self._at(campaign.ended_on or campaign.started_on),
            "start_time": self._at(campaign.started_on),
        }
        state = "ACTIVE" if running else "PAUSED"
        self.lists["campaigns"].append({
            "id": str(CAMPAIGNS + campaign.number), "account_id": self.number,
            "name": campaign.title, "buying_type": "AUCTION",
            "objective": "OUTCOME_SALES" if self._shop else "OUTCOME_LEADS",
            "bid_strategy": "LOWEST_COST_WITHOUT_CAP", "status": state, "effective_status": state,
            "configured_status": state, "daily_budget": str(campaign.daily_budget),
            "lifetime_budget": "0", "special_ad_categories": [],
            **({"stop_time": self._at(campaign.ended_on)} if campaign.ended_on else {}),
            **times,
        })  # fmt: skip
        for group in campaign.groups:
            self._add_group(campaign, group, times, state)

    def _add_group(
        self, campaign: Campaign, group: AdGroup, times: dict[str, str], state: str
    ) -> None:
        own = "ACTIVE"
        above = own if state == "ACTIVE" else "CAMPAIGN_PAUSED"
        ids = {"account_id": self.number, "campaign_id": str(CAMPAIGNS + campaign.number)}
        spec = [{"event_type": "CLICK_THROUGH", "window_days": 7}]
        self.lists["adsets"].append({
            "id": str(AD_SETS + group.number), **ids, "name": group.name, "status": own,
            "effective_status": above, "configured_status": own,
            "optimization_goal": "OFFSITE_CONVERSIONS" if self._shop else "LEAD_GENERATION",
            "billing_event": "IMPRESSIONS", "lifetime_budget": "0", "daily_budget": "0",
            "targeting": {"age_min": 25, "age_max": 65, "geo_locations": {"countries": ["US"]}},
            "attribution_spec": spec, **times,
            **({"end_time": self._at(campaign.ended_on)} if campaign.ended_on else {}),
        })  # fmt: skip
        for position, ad in enumerate(group.ads):
            # The second ad of a running group has been deleted: it still has numbers.
            status = "DELETED" if position == 1 and state == "ACTIVE" else own
            self.lists["ads"].append({
                "id": str(ADS + ad.number), **ids, "adset_id": str(AD_SETS + group.number),
                "name": ad.name, "status": status, "configured_status": status,
                "effective_status": status if status == "DELETED" else above,
                "creative": {"id": str(CREATIVES + ad.number), "name": ad.headline},
                "created_time": times["created_time"], "updated_time": times["updated_time"],
            })  # fmt: skip

    def _at(self, day: date) -> str:
        """Midnight there, offset without colon: `2026-10-01T00:00:00-0600`."""
        return datetime.combine(day, time.min, self.zone).strftime("%Y-%m-%dT%H:%M:%S%z")

    def _build_insights(self, ads: AdsAccount) -> list[Row]:
        cells: dict[tuple[date, int], tuple[AdDay, AdGroup, Ad, Counter[str]]] = {}
        for day in ads.days:
            if day.group is None or day.ad is None:
                continue
            found = cells.setdefault((day.day, day.ad.number), (day, day.group, day.ad, Counter()))
            for name in ("impressions", "clicks", "spend", "conversions", "value"):
                found[3][name] += getattr(day, name)
        return [
            self._insight(day.day, day.campaign, group, ad, sums)
            for _, (day, group, ad, sums) in sorted(cells.items())
        ]

    def _insight(
        self, day: date, campaign: Campaign, group: AdGroup, ad: Ad, sums: Counter[str]
    ) -> Row:
        clicks, shown = sums["clicks"], sums["impressions"]
        links = clicks * 8 // 10
        row: Row = {
            "account_id": self.number, "account_name": self.facts["name"],
            "account_currency": "USD", "campaign_id": str(CAMPAIGNS + campaign.number),
            "campaign_name": campaign.title, "adset_id": str(AD_SETS + group.number),
            "adset_name": group.name, "ad_id": str(ADS + ad.number), "ad_name": ad.name,
            "date_start": day.isoformat(), "date_stop": day.isoformat(),
            "impressions": str(shown), "reach": str(shown * 9 // 10 or 1),
        }  # fmt: skip
        row |= {"clicks": str(clicks), "spend": _major(sums["spend"])} if clicks else {}
        row |= {"inline_link_clicks": str(links)} if links else {}
        kind = "purchase" if self._shop else "lead"
        actions = [_action("link_click", str(links))] if links else []
        if sums["conversions"]:
            told = str(sums["conversions"])
            # The same conversions under two names: they must not be added up.
            actions += [_action(f"offsite_conversion.fb_pixel_{kind}", told), _action(kind, told)]
        if actions:
            row["actions"] = actions
        if sums["value"]:
            value = _major(sums["value"])
            row["action_values"] = [
                _action(f"offsite_conversion.fb_pixel_{kind}", value), _action(kind, value)
            ]  # fmt: skip
        return row


def _action(kind: str, value: str) -> Row:
    return {"action_type": kind, "value": value, "7d_click": value, "28d_click": value}


def _major(cents: int) -> str:
    """Decimal text of the account's currency without needless zeros: 1842 -> "18.42"."""
    text = f"{cents // 100}.{cents % 100:02d}"
    return text.rstrip("0").rstrip(".")
