"""The sandbox's Google Ads against the shapes of the API's descriptors."""

import copy
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import jsonschema
import pytest
import requests

from include.connectors.google_ads.gaql import CLIENTS, build_query
from include.extract.http.date_slices import Slice
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.google_ads import answer as played
from include.sandbox.vendors.google_ads.fields import FIELDS
from include.sandbox.vendors.google_ads.vendor import CLOSED, MANAGERS, VENDOR
from tests.connectors.vendor_specs import load_json_spec
from tests.unit.feed_maker import build_feed

STREAMS = build_feed("google_ads").streams
# Resources the trimmed schema leaves out.
NOT_IN_SPEC = {"ad_group_criterion", "keyword_view"}
OCTOBER = Slice(date(2026, 10, 1), date(2026, 10, 14))
WHERE = "WHERE segments.date BETWEEN '2026-10-01' AND '2026-10-31'"


class Login:
    """A login at the running sandbox."""

    def __init__(self, base: str) -> None:
        self.url = f"{base}/google_ads"
        extra = VENDOR.credentials["acme"]["extra"]
        form = {k: extra[k] for k in ("client_id", "client_secret", "refresh_token")}
        form["grant_type"] = "refresh_token"
        answer = requests.post(f"{self.url}/token", data=form, timeout=5)
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        rows = self.search(CLIENTS, MANAGERS["acme"]).json()["results"]
        [self.customer] = [
            r["customerClient"]["id"]
            for r in rows
            if r["customerClient"]["status"] == "ENABLED" and not r["customerClient"].get("manager")
        ]

    def search(
        self,
        query: str,
        customer: str | None = None,
        *,
        login: str | None = MANAGERS["acme"],
        version: str = "v26",
        **body: Any,
    ) -> requests.Response:
        headers = self.headers | ({"login-customer-id": login} if login else {})
        path = f"{self.url}/{version}/customers/{customer or self.customer}/googleAds:search"
        return requests.post(path, json={"query": query, **body}, headers=headers, timeout=20)


@pytest.fixture(scope="module")
def login() -> Iterator[Login]:
    with running_sandbox() as base:
        yield Login(base)


def _validator() -> jsonschema.Draft202012Validator:
    """The schema, closed: a field the API does not have is a failure.

    A copy is closed: the document is read once for all, and the tests of requests, run after this
    file, once failed on what had been written into it.
    """
    spec = copy.deepcopy(load_json_spec("google_ads.schema.json"))
    for name, schema in spec["$defs"].items():
        if "properties" in schema:
            schema["additionalProperties"] = False
            if name == "GoogleAdsRow":
                schema["properties"] |= {"adGroupCriterion": {}, "keywordView": {}}
    return jsonschema.Draft202012Validator(spec)


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_answers_fit_the_descriptors(login: Login, name: str) -> None:
    spec = STREAMS[name]
    piece = OCTOBER if spec.cursor else None
    if spec.path == "click_view" and piece is not None:  # one day a query
        assert login.search(build_query(spec, piece)).status_code == 400
        days = (piece.first + timedelta(days=n) for n in range(31))
        found = (login.search(build_query(spec, Slice(day, day))) for day in days)
        answer = next(one for one in found if one.json().get("results"))
    else:
        answer = login.search(build_query(spec, piece))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert len(body["results"]) > 0
    assert answer.headers["request-id"]
    _validator().validate(body)


def _known_fields() -> set[str]:
    """Names GAQL takes; Python's descriptors write `type_`, the query language `type`."""
    spec = load_json_spec("google_ads.schema.json")
    return {
        re.sub(r"_$", "", field["x-gaql"])
        for schema in spec["$defs"].values()
        for field in schema.get("properties", {}).values()
        if "x-gaql" in field
    }


def test_we_select_what_exists() -> None:
    known = _known_fields()
    counted = 0
    for name, spec in STREAMS.items():
        listed = re.search(r"SELECT (.+?) FROM", build_query(spec, None))
        assert listed
        for field in listed[1].split(", "):
            if field.partition(".")[0] not in NOT_IN_SPEC:
                assert field in known, f"{name}: {field}"
                counted += 1
    assert counted > 80


def test_the_sandbox_knows_no_field_that_does_not_exist() -> None:
    known = _known_fields()
    for resource, fields in FIELDS.items():
        if resource not in NOT_IN_SPEC:
            assert {f"{resource}.{f}" for f in fields} <= known, resource


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELEKT campaign.id FROM campaign", "EXPECTED_SELECT"),
        ("SELECT campaign.id", "EXPECTED_FROM"),
        ("SELECT campaign.id FROM kampaign", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT * FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.start_date FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT ad_group.type_ FROM ad_group", "UNRECOGNIZED_FIELD"),
        ("SELECT ad_group.id FROM campaign", "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
        ("SELECT segments.date, metrics.clicks FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (f"SELECT metrics.clicks FROM conversion_action {WHERE}", "PROHIBITED_METRIC_IN"),
        (f"SELECT segments.conversion_action, metrics.clicks FROM campaign {WHERE}",
         "PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE"),
        (f"SELECT metrics.clicks FROM campaign {WHERE} AND segments.device = MOBILE",
         "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE"),
        ("SELECT campaign.id FROM campaign LIMIT 0", "BAD_LIMIT_VALUE"),
        ("SELECT campaign.id FROM campaign WHERE campaign.id ~ 3", "UNEXPECTED_INPUT"),
        ("SELECT segments.date FROM campaign WHERE segments.date = '10/01/2026'",
         "INVALID_DATE_FORMAT"),
    ],
)  # fmt: skip
def test_queries_google_refuses_are_refused(login: Login, query: str, code: str) -> None:
    answer = login.search(query)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    [failure] = error["details"]
    assert failure["@type"].endswith("GoogleAdsFailure")
    assert code in failure["errors"][0]["errorCode"]["queryError"]


def _code(answer: requests.Response) -> str:
    return str(next(iter(answer.json()["error"]["details"][0]["errors"][0]["errorCode"].values())))


def test_accounts_are_reached_through_their_manager(login: Login) -> None:
    query = "SELECT customer.id FROM customer"
    assert login.search(query).status_code == 200
    assert _code(login.search(query, login=None)) == "USER_PERMISSION_DENIED"
    assert _code(login.search(query, MANAGERS["summit"])) == "USER_PERMISSION_DENIED"
    assert _code(login.search(query, CLOSED["acme"])) == "CUSTOMER_NOT_ENABLED"
    assert _code(login.search(query, "123-456-7890")) == "INVALID_CUSTOMER_ID"
    metrics = f"SELECT metrics.clicks FROM campaign {WHERE}"
    assert _code(login.search(metrics, MANAGERS["acme"])) == "REQUESTED_METRICS_FOR_MANAGER"


def test_page_sizes_versions_and_tokens(login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "SELECT ad_group_criterion.criterion_id FROM keyword_view"
    assert _code(login.search(query, pageSize=10)) == "PAGE_SIZE_NOT_SUPPORTED"
    assert _code(login.search(query, version="v22")) == "UNSUPPORTED_VERSION"
    assert login.search(query, version="v25").status_code == 200
    assert _code(login.search(query, pageToken="nonsense")) == "INVALID_PAGE_TOKEN"
    whole = login.search(query).json()["results"]
    monkeypatch.setattr(played, "PAGE_ROWS", 2)
    parts, token = [], None
    while True:
        body = login.search(query, **({"pageToken": token} if token else {})).json()
        parts += body["results"]
        token = body.get("nextPageToken")
        if token is None:
            break
    assert parts == whole
    assert len(parts) > 4


def test_zeros_are_left_out_and_zero_rows_vanish(login: Login) -> None:
    select = "segments.date, metrics.clicks, metrics.impressions"
    rows = login.search(f"SELECT {select} FROM ad_group {WHERE}").json()["results"]
    assert any("clicks" not in row["metrics"] for row in rows)
    only = login.search(f"SELECT segments.date, metrics.clicks FROM ad_group {WHERE}")
    assert 0 < len(only.json()["results"]) < len(rows)
    clicks = [row["metrics"]["clicks"] for row in only.json()["results"]]
    assert all(isinstance(value, str) and int(value) > 0 for value in clicks)
    # Without a segment every entity comes, with nothing to report.
    plain = login.search("SELECT campaign.id, metrics.clicks FROM campaign")
    assert len(plain.json()["results"]) == 3


def test_levels_add_up_but_for_performance_max(login: Login) -> None:
    def total(resource: str, more: str = "") -> int:
        query = f"SELECT metrics.cost_micros, segments.date FROM {resource} {WHERE} {more}"
        rows = login.search(query).json()["results"]
        return sum(int(row["metrics"]["costMicros"]) for row in rows)

    search = "AND campaign.advertising_channel_type = SEARCH"
    levels = {total(resource) for resource in ("ad_group", "ad_group_ad", "keyword_view")}
    assert levels == {total("campaign", search)}
    assert 0 < total("campaign", search) < total("campaign")


def test_conversions_by_action_are_the_conversions(login: Login) -> None:
    def total(segments: str) -> float:
        query = f"SELECT metrics.conversions, {segments} FROM campaign {WHERE}"
        rows = login.search(query).json()["results"]
        return sum(row["metrics"]["conversions"] for row in rows)

    assert total("segments.date") == total("segments.date, segments.conversion_action") > 0
