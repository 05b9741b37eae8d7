"""The CallRail account answers as its documentation says; no official spec exists."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from include.sandbox.serve.happenings import run_advance
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.callrail.vendor import CREDENTIALS, VENDOR, fetch_account
from include.sandbox.world import WorldSpec

SPEC = WorldSpec(size=100)
KEY = CREDENTIALS["summit"]["password"]
ALL = {"start_date": "2025-01-01", "end_date": "2026-11-01", "time_zone": "UTC", "per_page": 250}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox(SPEC) as url:
        yield f"{url}/callrail/v3"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(SPEC)


def get(url: str, path: str = "", key: str = f'"{KEY}"', **params: Any) -> requests.Response:
    headers = {"Authorization": f"Token token={key}"}
    if path.startswith("/a/ACC/"):
        account = requests.get(f"{url}/a.json", headers=headers, timeout=10).json()
        path = path.replace("ACC", account["accounts"][0]["id"], 1)
    return requests.get(url + path, params=params, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("path", "name", "stream"),
    [
        ("calls", "calls", "calls"),
        ("form_submissions", "form_submissions", "form_submissions"),
        ("text-messages", "conversations", "text_conversations"),
        ("companies", "companies", "companies"),
        ("trackers", "trackers", "trackers"),
        ("tags", "tags", "tags"),
    ],
)
def test_pages_hold_everything_once(
    base_url: str, session: Session, path: str, name: str, stream: str
) -> None:
    rows, page, last = [], 1, 1
    while page <= last:
        body = get(base_url, f"/a/ACC/{path}.json", **{**ALL, "per_page": 7, "page": page}).json()
        assert (body["page"], body["per_page"]) == (page, 7)
        rows += body[name]
        page, last = page + 1, body["total_pages"]
    assert len({row["id"] for row in rows}) == len(rows) == body["total_records"]
    assert len(rows) == VENDOR.counts(session, "summit")["streams"][stream] > 1


def test_link_header_leads_to_the_last_page(base_url: str) -> None:
    answer = get(base_url, "/a/ACC/calls.json", **{**ALL, "per_page": 40})
    pages = 1
    while "next" in answer.links:
        headers = {"Authorization": f"Token token={KEY}"}
        answer = requests.get(answer.links["next"]["url"], headers=headers, timeout=10)
        pages += 1
    assert pages == answer.json()["page"] == answer.json()["total_pages"] > 1


def test_relative_pages_give_the_same_calls(base_url: str) -> None:
    whole = get(base_url, "/a/ACC/calls.json", **ALL).json()["calls"]
    rows: list[Any] = []
    body = get(
        base_url, "/a/ACC/calls.json", **{**ALL, "per_page": 30, "relative_pagination": "true"}
    ).json()
    while True:
        rows += body["calls"]
        if not body["has_next_page"]:
            break
        parts = urlsplit(body["next_page"])
        path = parts.path.partition("/v3")[2]
        body = get(base_url, f"{path}?{parts.query}").json()
    assert [row["id"] for row in rows] == [row["id"] for row in whole]


def test_days_are_inclusive_and_counted_in_the_asked_zone(base_url: str, session: Session) -> None:
    account = fetch_account(session, "summit")
    at = account.instants["calls"][3].astimezone(UTC)
    day = at.date().isoformat()
    body = get(base_url, "/a/ACC/calls.json", start_date=day, end_date=day, time_zone="UTC").json()
    found = {row["id"] for row in body["calls"]}
    whole_day = {
        row["id"]
        for row, when in zip(account.tables["calls"], account.instants["calls"], strict=True)
        if when.astimezone(UTC).date() == at.date()
    }
    assert found == whole_day != set()


def test_fields_come_on_request_and_unknown_filters_are_ignored(base_url: str) -> None:
    plain = get(base_url, "/a/ACC/calls.json", **ALL).json()["calls"]
    assert "tags" not in plain[0] and "company_id" not in plain[0]
    more = get(base_url, "/a/ACC/calls.json", **ALL, fields="tags,value").json()["calls"]
    assert {"tags", "value"} <= set(more[0])
    assert "note" not in more[0]
    misspelt = get(base_url, "/a/ACC/calls.json", **ALL, answered="false").json()["calls"]
    assert len(misspelt) == len(plain)
    starts = [datetime.fromisoformat(row["start_time"]) for row in plain]
    assert starts == sorted(starts, reverse=True)


def test_the_drift_of_the_documentation_is_there(session: Session) -> None:
    """Voicemails count as answered; tags come as objects, names and null; numbers as text."""
    calls = fetch_account(Session(WorldSpec(size=400)), "summit").tables["calls"]
    assert any(row["voicemail"] for row in calls)
    assert all(row["answered"] for row in calls if row["voicemail"])
    assert {type(tag).__name__ for row in calls for tag in row["tags"] or []} == {"dict", "str"}
    assert {type(row["recording_duration"]) for row in calls} == {str, type(None)}
    assert any(row["gclid"] for row in calls)
    assert any(row["person_id"] == "anonymous" for row in calls)


def test_the_callers_are_people_of_the_economy(session: Session) -> None:
    account = fetch_account(session, "summit")
    prospects = session.world.businesses["summit"].prospects
    phones = {p.contact.phone_at(p.came_at) for p in prospects}
    known = [row for row in account.tables["calls"] if row["customer_phone_number"] in phones]
    assert len(known) > len(account.tables["calls"]) / 2
    assert all(row["customer_phone_number"] in phones for row in account.tables["conversations"])


def test_later_events_change_and_add_but_never_lose_an_id() -> None:
    """Ids once followed the number of a row, which counts only what is known by then."""
    session = Session(SPEC)
    before = {n: {r["id"] for r in t} for n, t in fetch_account(session, "summit").tables.items()}
    told = run_advance(session, "summit", 12, None)["changed"]["callrail"]
    after = {n: {r["id"] for r in t} for n, t in fetch_account(session, "summit").tables.items()}
    assert all(before[name] <= after[name] for name in before)
    new = after["calls"] | after["form_submissions"] | after["conversations"]
    new -= before["calls"] | before["form_submissions"] | before["conversations"]
    assert new and new <= {row_id for ids in told.values() for row_id in ids} | after["calls"]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/a/ACC/calls.json", {"per_page": 251}, 400),
        ("/a/ACC/calls.json", {"page": "x"}, 400),
        ("/a/ACC/calls.json", {"start_date": "01/02/2026"}, 400),
        ("/a/ACC/calls.json", {"start_date": "2024-01-01"}, 400),
        ("/a/ACC/calls.json", {"time_zone": "Mars/Olympus"}, 400),
        ("/a/ACC/calls.json", {"sort": "updated_at"}, 400),
        ("/a/ACC/calls.json", {"relative_pagination": "true", "page": 2}, 400),
        ("/a/ACCx/calls.json", {}, 404),
        ("/a/ACC/nothing.json", {}, 404),
        ("/a/ACC/calls", {}, 404),
    ],
)
def test_bad_requests_are_refused(
    base_url: str, path: str, params: dict[str, Any], status: int
) -> None:
    assert get(base_url, path, **params).status_code == status


def test_keys(base_url: str) -> None:
    assert get(base_url, "/a.json", key=KEY).status_code == 200
    assert get(base_url, "/a.json", key="wrong").status_code == 401
    bearer = {"Authorization": f"Bearer {KEY}"}
    assert requests.get(f"{base_url}/a.json", headers=bearer, timeout=10).status_code == 401
