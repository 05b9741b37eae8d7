"""Insight requests and the report jobs that answer them."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from include.sandbox.vendors.meta_ads.account import AdAccount
from include.sandbox.vendors.meta_ads.fields import GraphError, parse_fields, select

DEFAULT_FIELDS = "account_id,campaign_id,date_start,date_stop,impressions,spend"
MONTHS_KEPT = 37
WINDOWS = frozenset({"1d_click", "7d_click", "28d_click", "1d_view", "1d_ev", "dda"})
# Looks at a job until it is complete; at the last but one it already says 100 percent.
LOOKS = 2


@dataclass(slots=True)
class Job:
    """One report run; `looks` counts polls."""

    run_id: str
    tenant: str
    params: dict[str, Any]
    looks: int = 0

    @property
    def is_complete(self) -> bool:
        return self.looks >= LOOKS

    def describe(self, account: AdAccount) -> dict[str, Any]:
        """An asynchronous report run as the Graph API shows it."""
        since, until = fetch_range(self.params)
        status = "Job Completed" if self.is_complete else "Job Running"
        return {
            "id": self.run_id, "account_id": account.number, "async_status": status,
            "async_percent_completion": 100, "date_start": since.isoformat(),
            "date_stop": until.isoformat(), "is_running": not self.is_complete,
            "time_ref": int(account.now.timestamp()),
        }  # fmt: skip


def fetch_range(params: dict[str, Any]) -> tuple[date, date]:
    """`time_range`, both days inside."""
    try:
        found = _read(params["time_range"])
        return date.fromisoformat(found["since"]), date.fromisoformat(found["until"])
    except (KeyError, ValueError, TypeError):
        raise GraphError(100, "(#100) time_range: Invalid parameter", subcode=1487534) from None


def build_rows(account: AdAccount, params: dict[str, Any], today: date) -> list[dict[str, Any]]:
    """Rows of a request at level ad.

    Raises:
        GraphError: Unknown fields or windows, ranges too far back.
    """
    fields = parse_fields(str(params.get("fields") or DEFAULT_FIELDS), "insights")
    since, until = fetch_range(params)
    if since > until:
        raise GraphError(100, "(#100) since must not be after until")
    if since < today - timedelta(days=MONTHS_KEPT * 31):
        raise GraphError(
            3018, "The start date of the time range cannot be beyond 37 months from today"
        )
    if params.get("level") != "ad" or str(params.get("time_increment")) != "1":
        # Meta answers these too; nothing here would notice a wrong answer.
        raise GraphError(100, "(#100) the sandbox only knows level=ad with time_increment=1")
    windows = _read(params.get("action_attribution_windows") or "[]")
    if not set(windows) <= WINDOWS:
        raise GraphError(100, "(#100) action_attribution_windows must be one of the known values")
    alive = _statuses(params)
    known = {row["id"]: row["effective_status"] for row in account.lists["ads"]}
    rows = [
        row for row in account.insights
        if since.isoformat() <= row["date_start"] <= until.isoformat()
        and known[row["ad_id"]] in alive
    ]  # fmt: skip
    fields |= {"date_start": (), "date_stop": ()}
    return [_with_windows(select(row, fields), windows) for row in rows]


def _statuses(params: dict[str, Any]) -> set[str]:
    """Effective statuses of ads that count; deleted and archived ones only when asked for."""
    for one in _read(params.get("filtering") or "[]"):
        if one.get("field") == "ad.effective_status" and one.get("operator") == "IN":
            return set(one["value"])
    return {"ACTIVE", "PAUSED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "IN_PROCESS", "WITH_ISSUES"}


def _with_windows(row: dict[str, Any], windows: list[str]) -> dict[str, Any]:
    """Window keys exist only when they were asked for."""
    wanted = {"action_type", "value", *windows}
    for name in ("actions", "action_values"):
        if name in row:
            row[name] = [{k: v for k, v in one.items() if k in wanted} for one in row[name]]
    return row


def _read(value: Any) -> Any:
    """JSON inside a form field, or what a JSON body already holds."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise GraphError(100, "(#100) Invalid parameter: not valid JSON") from None
