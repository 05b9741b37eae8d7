"""Offset and relative pages, windows, sorting and field selection as CallRail does them.

Source: apidocs.callrail.com (pagination, sorting, filtering, field selection, changelog of
2023-04-13), read 2026-11. Unknown parameters are ignored, as CallRail ignores them.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from include.sandbox.vendors.callrail.account import Account, Json

KEPT_DAYS = 761  # 25 months
MOST = 250
SORTS = {
    "calls": {"customer_name", "customer_phone_number", "duration", "start_time", "source"},
    "form_submissions": {"submitted_at"},
    "companies": {"name"},
    "trackers": set(),
    "tags": set(),
    "conversations": set(),
}
# Sent only when `fields` names them.
ON_REQUEST = {
    "calls": "call_type company_id company_name company_time_zone created_at device_type "
    "first_call prior_calls total_calls good_lead_call_id good_lead_call_time lead_status note "
    "source source_name tags value tracker_id keywords medium campaign referring_url "
    "landing_page_url last_requested_url referrer_domain utm_source utm_medium utm_term "
    "utm_content utm_campaign "
    "gclid fbclid msclkid milestones timeline_url person_id",
    "form_submissions": "lead_status value note tags form_name utm_source utm_medium utm_campaign "
    "utm_term utm_content timeline_url milestones",
}


class CallRailError(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Slice:
    """One page and what stands around it."""

    rows: list[Json]
    page: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return -(-self.total // self.size)


def select(account: Account, name: str, params: Mapping[str, str]) -> list[Json]:
    """Rows of a collection: newest first unless sorted, inside the asked days."""
    rows = account.tables[name]
    if name in account.instants:
        # Rows and instants are oldest first, but for conversations: those are sorted here.
        order = sorted(range(len(rows)), key=lambda at: account.instants[name][at])
        rows, instants = [rows[at] for at in order], sorted(account.instants[name])
        start, end = _window(account, params)
        rows = rows[bisect_left(instants, start) : bisect_left(instants, end)]
    rows = _sorted(name, rows, params)
    if company := params.get("company_id"):
        rows = [row for row in rows if row.get("company_id", row["id"]) == company]
    hidden = set(ON_REQUEST.get(name, "").split()) - set(params.get("fields", "").split(","))
    return [{k: v for k, v in row.items() if k not in hidden} for row in rows]


def cut(rows: list[Json], params: Mapping[str, str]) -> Slice:
    """One page; more than 250 rows a page are refused."""
    page, size = _number(params, "page", 1), _number(params, "per_page", 100)
    if not 1 <= size <= MOST or page < 1:
        raise CallRailError(400, f"per_page is 1 to {MOST}, page begins at 1")
    return Slice(rows[(page - 1) * size : page * size], page, size, len(rows))


def _number(params: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(params.get(name, default))
    except ValueError:
        raise CallRailError(400, f"{name} is not a number") from None


def _window(account: Account, params: Mapping[str, str]) -> tuple[datetime, datetime]:
    """Both days inclusive, in `time_zone` or the key owner's zone; 30 days when none is asked."""
    try:
        zone = ZoneInfo(params.get("time_zone", account.zone.key))
        today = account.now.astimezone(zone).date()
        first = date.fromisoformat(params.get("start_date", str(today - timedelta(days=30))))
        last = date.fromisoformat(params.get("end_date", str(today)))
    except (ZoneInfoNotFoundError, ValueError):
        raise CallRailError(400, "invalid date or time zone") from None
    if first > last:
        raise CallRailError(400, "start_date is after end_date")
    if first < today - timedelta(days=KEPT_DAYS):
        raise CallRailError(400, "the date range is older than 25 months")
    begin = datetime.combine(first, time(), zone)
    return begin.astimezone(UTC), datetime.combine(last + timedelta(days=1), time(), zone)


def _sorted(name: str, rows: list[Json], params: Mapping[str, str]) -> list[Json]:
    sort, order = params.get("sort"), params.get("order", "desc")
    if sort is None:
        return rows[::-1] if name in ("calls", "form_submissions", "conversations") else rows
    if sort not in SORTS[name] or order not in ("asc", "desc"):
        raise CallRailError(400, f"cannot sort by {sort}")
    if sort in ("start_time", "submitted_at"):
        return rows if order == "asc" else rows[::-1]
    return sorted(rows, key=lambda row: str(row[sort]), reverse=order == "desc")
