"""The lists with their own ways of paging and what each refuses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from include.sandbox.vendors.gohighlevel.account import Json, SubAccount

CONTACTS_WINDOW = 10_000
OPERATORS = {"eq", "not_eq", "contains", "not_contains", "exists", "not_exists", "range"}
CONTACT_TIMES = ("dateAdded", "dateUpdated", "dateOfBirth")


class Refused(Exception):
    """A refusal: HTTP status and message (one or several sentences)."""

    def __init__(self, status: int, message: str | list[str]) -> None:
        super().__init__(str(message))
        self.status, self.message = status, message


def search_contacts(account: SubAccount, body: Mapping[str, Any]) -> Json:
    """`POST /contacts/search`: pages up to 10,000 rows, `searchAfter` without end."""
    size = body.get("pageLimit")
    problems = [f"{key} should not be empty" for key in ("locationId", "pageLimit")
                if not body.get(key)]  # fmt: skip
    if isinstance(size, int) and not 1 <= size <= 500:
        problems.append("pageLimit must not be greater than 500")
    page, after = body.get("page"), body.get("searchAfter")
    if page and after:
        problems.append("page and searchAfter can not be used together")
    if page and isinstance(size, int) and page * size > CONTACTS_WINDOW:
        problems.append("page * pageLimit must not be greater than 10000")
    if problems or not isinstance(size, int):
        raise Refused(422, problems or ["pageLimit must be a number"])
    rows = [row for row in account.contacts if _matches(row, body.get("filters") or [])]
    total = len(rows)
    sort = (body.get("sort") or [{"field": "dateAdded", "direction": "desc"}])[0]
    field = sort.get("field", "dateAdded")
    falling = sort.get("direction") == "desc"
    rows.sort(key=lambda row: _position(row, field), reverse=falling)
    if after:
        here = (after[0], after[1])
        rows = [row for row in rows if _position(row, field) != here]
        rows = [row for row in rows if (_position(row, field) < here) == falling]
    start = (page - 1) * size if page else 0
    some = rows[start : start + size]
    return {
        "contacts": [{**row, "searchAfter": [*_position(row, field)]} for row in some],
        "total": total, "traceId": "0398c85a-261f-43f7-a83c-ce02820ad6aa",
    }  # fmt: skip


def search_opportunities(account: SubAccount, params: Mapping[str, str], place: str) -> Json:
    """`GET /opportunities/search`, newest first unless `added_asc`."""
    if not params.get(place):
        raise Refused(422, [f"{place} should not be empty"])
    size = _number(params, "limit", 20)
    if size > 100:
        raise Refused(422, ["limit must not be greater than 100"])
    status = params.get("status", "all")
    if status not in ("open", "won", "lost", "abandoned", "all"):
        raise Refused(422, ["status must be one of: open, won, lost, abandoned, all"])
    rows = [row for row in account.opportunities if status in ("all", row["status"])]
    total, rising = len(rows), params.get("order") == "added_asc"
    rows.sort(key=_created, reverse=not rising)
    if params.get("startAfter"):
        after = (_number(params, "startAfter", 0), params.get("startAfterId", ""))
        rows = [row for row in rows if (_created(row) > after) == rising and _created(row) != after]
    some = rows[:size]
    last = _created(some[-1]) if len(rows) > size else (None, None)
    meta = {
        "total": total, "startAfter": last[0], "startAfterId": last[1], "currentPage": 1,
        "nextPage": 2 if len(rows) > size else None, "prevPage": None,
        # The real API names a host of its own inside.
        "nextPageUrl": "http://localhost:5066/opportunities/search" if last[0] else None,
    }  # fmt: skip
    return {"opportunities": some, "meta": {k: v for k, v in meta.items() if v is not None}}


def search_conversations(account: SubAccount, params: Mapping[str, str]) -> Json:
    """`GET /conversations/search`: pages by the last row's sort value, a time."""
    rows, rising = list(account.conversations), params.get("sort") == "asc"
    since, until = params.get("startDate"), params.get("endDate")
    rows = [row for row in rows if not since or row["dateAdded"] >= int(since)]
    rows = [row for row in rows if not until or row["dateAdded"] <= int(until)]
    total = len(rows)
    rows.sort(key=lambda row: (row["sort"][0], row["id"]), reverse=not rising)
    if params.get("startAfterDate"):
        after = _number(params, "startAfterDate", 0)
        rows = [
            row for row in rows if row["sort"][0] != after and (row["sort"][0] > after) == rising
        ]
    return {"conversations": rows[: _number(params, "limit", 20)], "total": total}


def list_events(account: SubAccount, params: Mapping[str, str]) -> Json:
    """`GET /calendars/events`: whoever it belongs to must be named."""
    if not any(params.get(key) for key in ("calendarId", "userId", "groupId")):
        raise Refused(422, ["either of calendarId, userId or groupId is required"])
    start, end = _number(params, "startTime", -1), _number(params, "endTime", -1)
    if start < 0 or end < 0:
        raise Refused(422, ["startTime and endTime should be in milliseconds"])
    keys = {"calendarId": "calendarId", "userId": "assignedUserId", "groupId": "groupId"}
    return {
        "events": [
            row for row in account.events
            if all(row[own] == params[key] for key, own in keys.items() if params.get(key))
            and _at(row["startTime"]) < end and _at(row["endTime"]) > start
        ]
    }  # fmt: skip


def search_users(account: SubAccount, params: Mapping[str, str], company_id: str) -> Json:
    """`GET /users/search`: an agency's users, here those of one location."""
    if not params.get("companyId"):
        raise Refused(422, ["companyId should not be empty"])
    if params["companyId"] != company_id:
        raise Refused(401, "The token does not have access to this company.")
    skip, size = _number(params, "skip", 0), _number(params, "limit", 25)
    return {"users": account.users[skip : skip + size], "count": len(account.users)}


def _matches(row: Json, filters: list[Json]) -> bool:
    """Top level AND; a group is what its name says."""
    return all(_holds(row, part) for part in filters)


def _holds(row: Json, part: Json) -> bool:
    if "group" in part:
        found = [_holds(row, inner) for inner in part.get("filters", [])]
        return any(found) if part["group"] == "OR" else all(found)
    field, operator, value = part.get("field"), part.get("operator"), part.get("value")
    if operator not in OPERATORS or not isinstance(field, str):
        raise Refused(422, [f"operator must be one of: {', '.join(sorted(OPERATORS))}"])
    if operator == "range":
        if field not in CONTACT_TIMES or not isinstance(value, dict):
            raise Refused(422, [f"{field} can not be used with range"])
        at = _at(row[field]) if row.get(field) else None
        return at is not None and all(_compare(at, sign, bound) for sign, bound in value.items())
    if operator in ("eq", "not_eq"):
        holds = row.get(field) == value
    elif operator in ("contains", "not_contains"):
        holds = str(value) in str(row.get(field) or "")
    else:
        holds = row.get(field) is not None
    return bool(holds) != str(operator).startswith("not_")


def _compare(at: int, sign: str, bound: Any) -> bool:
    if sign not in ("gt", "gte", "lt", "lte") or not isinstance(bound, int):
        raise Refused(422, ["range takes gt, gte, lt, lte in milliseconds"])
    return {"gt": at > bound, "gte": at >= bound, "lt": at < bound, "lte": at <= bound}[sign]


def _position(row: Json, field: str) -> tuple[int, str]:
    return (_at(row[field]) if field in CONTACT_TIMES else 0, row["id"])


def _created(row: Json) -> tuple[int, str]:
    return _at(row["createdAt"]), row["id"]


def _number(params: Mapping[str, str], key: str, default: int) -> int:
    text = params.get(key)
    if text in (None, ""):
        return default
    try:
        return int(float(str(text)))
    except ValueError:
        raise Refused(422, [f"{key} must be a number"]) from None


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)
