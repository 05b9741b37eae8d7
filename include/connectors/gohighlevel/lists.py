"""One generator per list of the API: each pages in its own way.

All yield lists of records as received. A page that brings nothing new, or a list that ends before
its own `total`, is an error: these streams are swept, and a short read would mark rows as gone.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.core.clock import parse_instant
from include.core.errors import ContractBroken, UpstreamUnavailable
from include.core.streams import Window
from include.extract.http.client import HttpClient
from include.extract.rest.refused import require_no_fault

Records = list[dict[str, Any]]
CONTACTS_PAGE = 500
OPPORTUNITIES_PAGE = 100
CONVERSATIONS_PAGE = 100
USERS_PAGE = 100
# Events have no paging at all: short slices keep one answer small.
EVENTS_SLICE = timedelta(days=120)


@dataclass(frozen=True)
class SubAccount:
    """The sub-account, and a client for each of the two versions its lists need.

    Attributes:
        company_id: The agency; None when the token does not name it.
    """

    client: HttpClient
    early_client: HttpClient
    location_id: str
    company_id: str | None


def fetch_contacts(account: SubAccount, window: Window) -> Iterator[Records]:
    """By `searchAfter`, which has no end at 10,000 rows as page numbers have."""
    body: dict[str, Any] = {
        "locationId": account.location_id,
        "pageLimit": CONTACTS_PAGE,
        "sort": [{"field": "dateUpdated", "direction": "asc"}],
    }
    bounds = build_bounds(window)
    if bounds:
        body["filters"] = [{"field": "dateUpdated", "operator": "range", "value": bounds}]
    seen: set[str] = set()
    while True:
        records = _list(account.client.post("contacts/search", body).body, "contacts")
        if not records:
            return
        position = records[-1].get("searchAfter")
        for record in records:
            record.pop("searchAfter", None)
        yield _new(records, seen, "contacts/search")
        if not position:
            raise ContractBroken(
                "a contact has no `searchAfter`. Expected the position of the next page. Report "
                "it to the vendor."
            )
        body["searchAfter"] = position


def build_bounds(window: Window) -> dict[str, int]:
    """The window in epoch milliseconds, `gte` and `lt`; the end is rounded up."""
    bounds = {}
    if window.start:
        bounds["gte"] = _milliseconds(window.start)
    if window.end:
        bounds["lt"] = _milliseconds(window.end + timedelta(microseconds=999))
    return bounds


def fetch_opportunities(account: SubAccount) -> Iterator[Records]:
    """By the pair (startAfter, startAfterId); `nextPageUrl` may name a foreign host."""
    params = {
        "location_id": account.location_id, "status": "all", "order": "added_asc",
        "limit": str(OPPORTUNITIES_PAGE),
    }  # fmt: skip
    seen: set[str] = set()
    while True:
        body = account.client.get("opportunities/search", params).body
        records = _list(body, "opportunities")
        meta = body.get("meta") or {}
        if not records:
            _check_total(len(seen), meta.get("total"), "opportunities/search")
            return
        yield _new(records, seen, "opportunities/search")
        after, after_id = meta.get("startAfter"), meta.get("startAfterId")
        if after is None or not after_id:
            _check_total(len(seen), meta.get("total"), "opportunities/search")
            return
        # Both: the milliseconds alone would skip records created in the same one.
        params |= {"startAfter": str(after), "startAfterId": str(after_id)}


def fetch_pipelines(account: SubAccount) -> Iterator[Records]:
    body = account.client.get("opportunities/pipelines", {"locationId": account.location_id}).body
    yield _list(body, "pipelines")


def fetch_conversations(account: SubAccount) -> Iterator[Records]:
    """By `startAfterDate`, one millisecond earlier than the last row and without those known.

    The position is a time only: going on exactly after it would skip the other rows of that time.
    """
    params = {
        "locationId": account.location_id, "sort": "asc", "sortBy": "last_message_date",
        "status": "all", "limit": str(CONVERSATIONS_PAGE),
    }  # fmt: skip
    seen: set[str] = set()
    while True:
        body = account.early_client.get("conversations/search", params).body
        records = _list(body, "conversations")
        fresh = [record for record in records if str(record.get("id")) not in seen]
        if not fresh:
            # More rows of one millisecond than a page holds cannot be reached; the total tells.
            _check_total(len(seen), body.get("total"), "conversations/search")
            return
        seen.update(str(record.get("id")) for record in fresh)
        yield fresh
        if isinstance(body.get("total"), int) and len(seen) >= body["total"]:
            return
        # Only now: the documented record has neither `sort` nor a date, and one page needs none.
        is_last = not isinstance(body.get("total"), int) and len(records) < CONVERSATIONS_PAGE
        if is_last and not (fresh[-1].get("sort") or fresh[-1].get("lastMessageDate")):
            return
        position = _sort_value(fresh[-1])
        before = str(position - 1)
        # Standing still: this page ended within the time it began with.
        params["startAfterDate"] = (
            before if params.get("startAfterDate") != before else str(position)
        )


def fetch_calendars(account: SubAccount) -> Iterator[Records]:
    body = account.early_client.get("calendars/", {"locationId": account.location_id}).body
    yield _list(body, "calendars")


def fetch_events(account: SubAccount, start: datetime, end: datetime) -> Iterator[Records]:
    """Calendar by calendar, slice by slice; an event across a border comes in both slices."""
    for calendars in fetch_calendars(account):
        for calendar in calendars:
            seen: set[str] = set()
            at = start
            while at < end:
                until = min(at + EVENTS_SLICE, end)
                params = {
                    "locationId": account.location_id, "calendarId": str(calendar.get("id")),
                    "startTime": str(_milliseconds(at)), "endTime": str(_milliseconds(until)),
                }  # fmt: skip
                body = account.early_client.get("calendars/events", params).body
                found = _list(body, "events")
                fresh = [event for event in found if str(event.get("id")) not in seen]
                seen.update(str(event.get("id")) for event in fresh)
                yield fresh
                at = until


def fetch_users(account: SubAccount) -> Iterator[Records]:
    """The search by agency; without its id the older list of the sub-account."""
    if account.company_id is None:
        yield _list(account.client.get("users/", {"locationId": account.location_id}).body, "users")
        return
    seen: set[str] = set()
    while True:
        params = {
            "companyId": account.company_id, "locationId": account.location_id,
            "skip": str(len(seen)), "limit": str(USERS_PAGE),
        }  # fmt: skip
        body = account.client.get("users/search", params).body
        records = _list(body, "users")
        if records:
            yield _new(records, seen, "users/search")
        if not records or len(seen) >= int(body.get("count") or 0):
            _check_total(len(seen), body.get("count"), "users/search")
            return


def _list(body: Any, key: str) -> Records:
    require_no_fault(body, key)
    found = body.get(key) if isinstance(body, Mapping) else None
    if found is None and isinstance(body, Mapping) and key in body:
        return []
    if isinstance(found, list) and all(isinstance(record, dict) for record in found):
        return found
    raise ContractBroken(
        f"an answer has no list `{key}`. Expected one. Check the host and the version header."
    )


def _new(records: Records, seen: set[str], what: str) -> Records:
    """The records not seen before; a page without any means that the list does not advance.

    Raises:
        ContractBroken: If all of them came before.
    """
    fresh = [record for record in records if str(record.get("id")) not in seen]
    if not fresh:
        raise ContractBroken(
            f"`{what}` gives the same page again. Expected the next one. Run again; if it stays, "
            "report it to the vendor."
        )
    seen.update(str(record.get("id")) for record in fresh)
    return fresh


def _check_total(seen: int, total: Any, what: str) -> None:
    if isinstance(total, int) and seen < total:
        raise UpstreamUnavailable(
            f"`{what}` ended after {seen} of {total} records. Expected all of them. It is tried "
            "again later."
        )


def _sort_value(record: Mapping[str, Any]) -> int:
    """What a conversation is sorted by, epoch milliseconds; instants and digits as text too."""
    found = record.get("sort") or record.get("lastMessageDate")
    found = found[0] if isinstance(found, list) and found else found
    if isinstance(found, int):
        return found
    if isinstance(found, str) and found.isdigit():
        return int(found)
    if isinstance(found, str):
        with suppress(ValueError):
            return _milliseconds(parse_instant(found))
    raise ContractBroken(
        "a conversation has no `sort` and no `lastMessageDate` in milliseconds. Expected the "
        "position of the next page. Report it to the vendor."
    )


def _milliseconds(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
