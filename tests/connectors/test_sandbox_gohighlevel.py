"""Summit's sub-account answers as GoHighLevel does, and its own client reads it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import requests

from include.sandbox.serve.happenings import run_advance
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.gohighlevel.account import SubAccount
from include.sandbox.vendors.gohighlevel.vendor import (
    COMPANY_ID,
    CREDENTIALS,
    LOCATION_ID,
    PRIVATE_TOKEN,
    fetch_account,
)
from include.sandbox.world import WorldSpec
from tests.connectors.vendor_specs import load_json_spec

SPEC = WorldSpec(size=100)
LOGIN = CREDENTIALS["summit"]
EARLY, LATE = "2021-04-15", "2021-07-28"
ALL_TIME = {"startTime": "1600000000000", "endTime": "1900000000000"}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox(SPEC) as url:
        yield f"{url}/gohighlevel"


@pytest.fixture(scope="module")
def account() -> SubAccount:
    return fetch_account(Session(SPEC), "summit")


def _call(base_url: str, method: str, path: str, **kwargs: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {PRIVATE_TOKEN}", "Version": LATE}
    headers |= kwargs.pop("headers", {})
    return requests.request(method, f"{base_url}{path}", headers=headers, timeout=10, **kwargs)


def test_its_own_client_lists_everything(base_url: str, account: SubAccount) -> None:
    """Only the host of gohighlevel-api-client is changed."""
    found = asyncio.run(_read_with_client(base_url))
    assert found["contacts"] == {row["id"] for row in account.contacts}
    assert found["opportunities"] == {row["id"] for row in account.opportunities}
    assert found["pipelines"] == {row["id"] for row in account.pipelines}
    assert found["conversations"] == {row["id"] for row in account.conversations}
    assert found["calendars"] == {row["id"] for row in account.calendars}
    assert found["events"] == {row["id"] for row in account.events}
    assert found["users"] == {row["id"] for row in account.users}
    assert all(found.values())


async def _read_with_client(base_url: str) -> dict[str, set[str]]:
    # Here, as it takes 1.5 s, and every process that collects tests imports this file.
    from highlevel import HighLevel

    client = HighLevel(private_integration_token=PRIVATE_TOKEN)
    client.http_client.base_url = base_url
    found: dict[str, set[str]] = {"contacts": set(), "opportunities": set(), "events": set()}
    body: dict[str, Any] = {"locationId": LOCATION_ID, "pageLimit": 20}
    while True:
        page = await client.contacts.search_contacts_advanced(body)
        if not page["contacts"]:
            break
        found["contacts"] |= {row["id"] for row in page["contacts"]}
        body["searchAfter"] = page["contacts"][-1]["searchAfter"]
    after: dict[str, Any] = {}
    while True:
        page = await client.opportunities.search_opportunity(
            location_id=LOCATION_ID, limit=30, **after
        )
        found["opportunities"] |= {row["id"] for row in page["opportunities"]}
        if "startAfter" not in page["meta"]:
            break
        meta = page["meta"]
        after = {"start_after": str(meta["startAfter"]), "start_after_id": meta["startAfterId"]}
    lists = {
        "pipelines": await client.opportunities.get_pipelines(location_id=LOCATION_ID),
        "conversations": await client.conversations.search_conversation(
            location_id=LOCATION_ID, limit=100
        ),
        "calendars": await client.calendars.get_calendars(location_id=LOCATION_ID),
        "users": await client.users.search_users(company_id=COMPANY_ID),
    }
    found |= {name: {row["id"] for row in page[name]} for name, page in lists.items()}
    for calendar in found["calendars"]:
        page = await client.calendars.get_calendar_events(
            location_id=LOCATION_ID, calendar_id=calendar, start_time=ALL_TIME["startTime"],
            end_time=ALL_TIME["endTime"],
        )  # fmt: skip
        found["events"] |= {row["id"] for row in page["events"]}
    await client.http_client.aclose()
    return found


def test_its_own_client_sees_refusals(base_url: str) -> None:
    from highlevel import HighLevel
    from highlevel.error import GHLError

    async def ask() -> None:
        client = HighLevel(private_integration_token="pit-wrong")
        client.http_client.base_url = base_url
        try:
            await client.opportunities.get_pipelines(location_id=LOCATION_ID)
        finally:
            await client.http_client.aclose()

    with pytest.raises(GHLError):
        asyncio.run(ask())


def _refresh(base_url: str, refresh_token: str) -> requests.Response:
    form = {"client_id": LOGIN["login"], "client_secret": LOGIN["password"],
            "grant_type": "refresh_token", "refresh_token": refresh_token,
            "user_type": "Location"}  # fmt: skip
    return requests.post(f"{base_url}/oauth/token", data=form, timeout=10)


def test_a_refresh_token_works_once(base_url: str) -> None:
    first = _refresh(base_url, str(LOGIN["extra"]["refresh_token"]))  # type: ignore[index]
    second = _refresh(base_url, first.json()["refresh_token"])
    assert (first.status_code, second.status_code) == (200, 200)
    again = _refresh(base_url, first.json()["refresh_token"])
    assert again.status_code == 400
    assert _refresh(base_url, second.json()["refresh_token"]).status_code == 200
    spec = load_json_spec("gohighlevel.openapi.json")
    _validate(spec, "oauth_GetAccessCodeSuccessfulResponseDto", first.json())


LISTS = [
    ("POST", "/contacts/search", LATE, "contacts_ContactsSearchSuccessfulResponseDto"),
    ("GET", "/opportunities/search", LATE, "opportunities_SearchSuccessfulResponseDto"),
    ("GET", "/opportunities/pipelines", LATE, "opportunities_GetPipelinesSuccessfulResponseDto"),
    ("GET", "/conversations/search", EARLY, "conversations_SendConversationResponseDto"),
    ("GET", "/calendars/", EARLY, "calendars_CalendarsGetSuccessfulResponseDTO"),
    ("GET", "/users/search", LATE, "users_SearchUserSuccessfulResponseDto"),
    ("GET", "/users/", LATE, "users_LocationSuccessfulResponseDto"),
]


@pytest.mark.parametrize(("method", "path", "version", "schema"), LISTS)
def test_lists_fit_the_spec(
    base_url: str, method: str, path: str, version: str, schema: str
) -> None:
    spec = load_json_spec("gohighlevel.openapi.json")
    assert method.lower() in spec["paths"][path]
    params = {"locationId": LOCATION_ID, "location_id": LOCATION_ID, "companyId": COMPANY_ID}
    body = {"locationId": LOCATION_ID, "pageLimit": 100} if method == "POST" else None
    answer = _call(base_url, method, path, params=params, json=body, headers={"Version": version})
    assert answer.status_code == 200
    body = answer.json()
    if "pipelines" in body:
        # The spec says lists of lists of stages; the facts and every reader say objects.
        body = {"pipelines": [{**row, "stages": []} for row in body["pipelines"]]}
    _validate(spec, schema, body)
    assert any(isinstance(value, list) and value for value in answer.json().values())


def test_events_fit_the_spec(base_url: str, account: SubAccount) -> None:
    """Times are told as `object` by the spec and as text by its own examples; text is sent."""
    spec = load_json_spec("gohighlevel.openapi.json")
    params = {"locationId": LOCATION_ID, "calendarId": account.calendars[0]["id"], **ALL_TIME}
    answer = _call(base_url, "GET", "/calendars/events", params=params, headers={"Version": EARLY})
    rows = answer.json()["events"]
    assert rows
    times = ("startTime", "endTime", "dateAdded", "dateUpdated")
    shaped = [{**row, **{key: {} for key in times}} for row in rows]
    _validate(spec, "calendars_GetCalendarEventsSuccessfulResponseDTO", {"events": shaped})


def _validate(spec: Any, schema: str, body: Any) -> None:
    """Nulls are taken as absent: the spec has no nullable fields, the API's examples have nulls."""
    root = {"$ref": f"#/components/schemas/{schema}", "components": spec["components"]}
    jsonschema.Draft202012Validator(root).validate(_without_nulls(body))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return [_without_nulls(v) for v in value] if isinstance(value, list) else value


def test_what_an_advance_touches_is_what_changed() -> None:
    session = Session(SPEC)
    since = session.now["summit"].strftime("%Y-%m-%dT%H:%M:%S.000Z")
    told = run_advance(session, "summit", 8, None)["changed"]["gohighlevel"]
    account = fetch_account(session, "summit")
    assert {r["id"] for r in account.opportunities if r["updatedAt"] > since} == set(
        told["opportunities"]
    )
    contacts = {row["id"] for row in account.contacts if row["dateUpdated"] > since}
    assert contacts == set(told["contacts"])
    assert contacts


BODY = {"locationId": LOCATION_ID, "pageLimit": 100}
PLACE = {"locationId": LOCATION_ID}
LIKE = [{"field": "email", "operator": "like"}]
OLD, WRONG = {"Version": "2020-01-01"}, {"Authorization": "Bearer x"}
REFUSED: list[tuple[str, str, dict[str, Any], int]] = [
    ("POST", "/contacts/search", {"json": {"pageLimit": 10}}, 422),
    ("POST", "/contacts/search", {"json": {**BODY, "pageLimit": 501}}, 422),
    ("POST", "/contacts/search", {"json": {**BODY, "page": 101}}, 422),
    ("POST", "/contacts/search", {"json": {**BODY, "page": 1, "searchAfter": [1, "x"]}}, 422),
    ("POST", "/contacts/search", {"json": {**BODY, "filters": LIKE}}, 422),
    ("POST", "/contacts/search", {"json": {**BODY, "locationId": "other"}}, 401),
    ("GET", "/opportunities/search", {"params": PLACE}, 422),
    ("GET", "/opportunities/search", {"params": {"location_id": LOCATION_ID, "limit": 101}}, 422),
    ("GET", "/opportunities/pipelines", {"params": PLACE, "headers": OLD}, 401),
    ("GET", "/opportunities/pipelines", {"params": PLACE, "headers": WRONG}, 401),
    ("GET", "/calendars/events", {"params": PLACE | ALL_TIME, "headers": {"Version": EARLY}}, 422),
    ("GET", "/users/search", {"params": PLACE}, 422),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "request_", "status"), REFUSED)
def test_what_the_vendor_refuses_is_refused(
    base_url: str, method: str, path: str, request_: dict[str, Any], status: int
) -> None:
    answer = _call(base_url, method, path, **request_)
    assert answer.status_code == status
    schema = {401: "common_UnauthorizedDTO", 422: "common_UnprocessableDTO"}[status]
    _validate(load_json_spec("gohighlevel.openapi.json"), schema, answer.json())


def test_the_clicks_and_stages_are_the_economys(account: SubAccount) -> None:
    clicks = [a for row in account.contacts for a in row["attributions"]]
    assert any(a.get("gclid") for a in clicks)
    assert any(a.get("fbclid") for a in clicks)
    stages = {stage["id"] for row in account.pipelines for stage in row["stages"]}
    assert {row["pipelineStageId"] for row in account.opportunities} <= stages
    assert {"open", "won", "lost"} == {row["status"] for row in account.opportunities}
