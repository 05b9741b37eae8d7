"""Ad accounts at the Graph API: lists read whole, daily insights by report jobs.

Data flow: account facts (zone, currency) -> lists | slices of days -> reports -> rows with slice
key -> Page, each slice declared complete when its report was read to the end.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.connectors.meta_ads.graph import LIMITS, Graph, fetch_rows
from include.connectors.meta_ads.reports import Reports
from include.core.clock import utcnow
from include.core.errors import ConfigError, ContractBroken
from include.core.streams import Page, Window
from include.extract.http.api_client import build_base_url
from include.extract.http.api_source import ApiSource
from include.extract.http.date_slices import DAY, build_complete, build_slices, slice_key
from include.extract.source import FROM_THE_START, ReadOptions
from include.extract.stores.jobs import JobStore, MemoryJobStore

# 37 months, with a margin: an older day is refused, and an empty answer would delete its rows.
KEEP_DAYS = 1122
LIST_PAGE = "100"
# Deleted and archived ones are left out of lists and reports unless they are asked for by name.
STATUSES = {
    "campaigns": ("ACTIVE", "ARCHIVED", "DELETED", "IN_PROCESS", "PAUSED", "WITH_ISSUES"),
    "adsets": (
        "ACTIVE", "ARCHIVED", "CAMPAIGN_PAUSED", "DELETED", "IN_PROCESS", "PAUSED", "WITH_ISSUES",
    ),
    "ads": (
        "ACTIVE", "ADSET_PAUSED", "ARCHIVED", "CAMPAIGN_PAUSED", "DELETED", "DISAPPROVED",
        "IN_PROCESS", "PAUSED", "PENDING_BILLING_INFO", "PENDING_REVIEW", "PREAPPROVED",
        "WITH_ISSUES",
    ),
}  # fmt: skip
# 7d_view and 28d_view ended in January 2026 and would be refused.
WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view")
ADDED = frozenset({"slice_key"})
# The finest id of a row's key is the level of its report, the finest first.
LEVELS = {"ad_id": "ad", "adset_id": "adset", "campaign_id": "campaign"}
ALWAYS_IN_KEY = frozenset({"account_id", "date_start", *LEVELS})


@dataclass(frozen=True, slots=True)
class Account:
    """What an ad account says about itself; `number` without `act_`."""

    number: str
    zone: ZoneInfo
    currency: str


class MetaAdsSource(ApiSource):
    """The ad accounts one feed names."""

    usual_limits = LIMITS

    def _prepare(self) -> None:
        self._numbers = _account_numbers(self._feed, self._credentials)
        version = self._feed.options.get("api_version") or self._api.version
        self._graph = Graph(
            f"{build_base_url(self._api.base_url, self._credentials.host)}/{version}",
            self._credentials,
            # Allowances are counted by ad account: a busy one must not stop the others.
            self._build_limiter(",".join(self._numbers)),
            self._limits,
        )
        self._jobs: JobStore = self._stores.job_store or MemoryJobStore()
        self._days = int(self._feed.options.get("days_per_report") or 14)
        self._accounts: list[Account] = []

    def check(self) -> None:
        """Every account can be seen, and each stream's fields are accepted for one row."""
        for account in self._fetch_accounts():
            yesterday = (utcnow().astimezone(account.zone).date() - DAY).isoformat()
            for stream in map(self._find_asked, self._feed.streams):
                params = build_params(stream) | {"limit": "1"}
                if stream.cursor:
                    params["time_range"] = json.dumps({"since": yesterday, "until": yesterday})
                path = f"act_{account.number}/{stream.path}"
                fetch_rows(self._graph.get(path, params), path)

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of every account in turn."""
        spec = self._find_asked(stream)
        for account in self._fetch_accounts():
            if spec.cursor:
                yield from self._read_reports(spec, account, window)
                continue
            path = f"act_{account.number}/{spec.path}"
            params = build_params(spec) | {"limit": LIST_PAGE}
            for rows in self._graph.walk(path, params):
                yield Page([row | {"account_currency": account.currency} for row in rows])

    def _read_reports(self, spec: Stream, account: Account, window: Window) -> Iterator[Page]:
        pieces = build_slices(window, account.zone, self._days, keep_days=KEEP_DAYS)
        params = build_params(spec)
        reports = Reports(self._graph, account.number, params, self._jobs, sleep=self._limits.sleep)
        for piece, rows, is_whole in reports.read(pieces):
            for row in rows:
                day = date.fromisoformat(row["date_start"])
                row["slice_key"] = slice_key(account.number, day)
            complete = build_complete(account.number, [piece]) if is_whole else ()
            yield Page(rows, complete=complete)

    def _fetch_accounts(self) -> list[Account]:
        """Facts of each account.

        Raises:
            ContractBroken: If zone or currency is missing.
        """
        if not self._accounts:
            self._accounts = [self._fetch_account(number) for number in self._numbers]
        return self._accounts

    def _fetch_account(self, number: str) -> Account:
        fields = {"fields": "account_id,currency,timezone_name"}
        found = self._graph.get(f"act_{number}", fields)
        try:
            return Account(number, ZoneInfo(found["timezone_name"]), str(found["currency"]))
        except (KeyError, TypeError, ValueError):
            raise ContractBroken(
                f"ad account `{number}` names no zone and currency. Expected both. Check the "
                "token's access to the account."
            ) from None


def build_params(stream: Stream) -> dict[str, str]:
    """What is asked for: the declared fields, of every status there is."""
    paths = [c.path or name for name, c in stream.columns.items() if name not in ADDED]
    paths += [child.path for child in stream.children.values()]
    if stream.cursor is None:
        paths = [path for path in paths if path != "account_currency"]
    fields = _render(paths)
    if stream.cursor is None:
        statuses = STATUSES[stream.path or ""]
        return {"fields": fields, "effective_status": json.dumps(statuses)}
    alive = {"field": "ad.effective_status", "operator": "IN", "value": STATUSES["ads"]}
    breakdowns = [key for key in stream.primary_key if key not in ALWAYS_IN_KEY]
    fields = _render([path for path in paths if path not in breakdowns])
    asked = {
        "fields": fields,
        "level": next((LEVELS[key] for key in LEVELS if key in stream.primary_key), "account"),
        # Left out, the whole range becomes one row.
        "time_increment": "1",
        "action_attribution_windows": json.dumps(WINDOWS),
        "filtering": json.dumps([alive]),
    }
    # They are asked for apart: as a field a breakdown is refused.
    return asked | ({"breakdowns": ",".join(breakdowns)} if breakdowns else {})


def _render(paths: list[str]) -> str:
    """`creative.id` and `creative.name` are asked for as `creative{id,name}`."""
    inner: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        first, _, rest = path.partition(".")
        inner.setdefault(first, []).extend([rest] if rest else [])
    return ",".join(
        f"{first}{{{_render(below)}}}" if below else first for first, below in inner.items()
    )


def _account_numbers(feed: Feed, credentials: Credentials) -> list[str]:
    named = feed.options.get("account_ids") or credentials.fields.get("account_ids", "").split(",")
    numbers = [str(one).strip().removeprefix("act_") for one in named if str(one).strip()]
    if not numbers or not all(number.isdecimal() for number in numbers):
        raise ConfigError(
            "no ad account. Expected `account_ids`, digits with or without act_, in the feed's "
            f"options or in the Extra of connection `{credentials.connection_id}`."
        )
    return sorted(set(numbers))


SOURCE = MetaAdsSource
