"""The sandbox's GA4 against Google's discovery document and Google's own client."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
import requests
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta import types as ga
from google.api_core import exceptions
from google.oauth2 import service_account

from include.connectors.google_analytics.report import build_definition, build_request
from include.extract.http.date_slices import Slice
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.google.login import build_service_account
from include.sandbox.vendors.google_analytics import property as played
from include.sandbox.vendors.google_analytics.fields import DIMENSIONS, METRICS
from include.sandbox.vendors.google_analytics.vendor import PROPERTIES, SCOPE, VENDOR
from tests.connectors.vendor_specs import load_json_spec
from tests.unit.feed_maker import build_feed

STREAMS = build_feed("google_analytics").streams
PLACE = f"properties/{PROPERTIES['acme']}"
OCTOBER = {"startDate": "2026-10-01", "endDate": "2026-10-31"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_sandbox() as base:
        yield f"{base}/google_analytics"


@pytest.fixture(scope="module")
def token(url: str) -> str:
    extra = VENDOR.credentials["acme"]["extra"]
    form = {k: extra[k] for k in ("client_id", "client_secret", "refresh_token")}
    answer = requests.post(f"{url}/token", data={"grant_type": "refresh_token", **form}, timeout=5)
    return str(answer.json()["access_token"])


@pytest.fixture(scope="module")
def client(url: str) -> BetaAnalyticsDataClient:
    """Google's client, unchanged but for the host."""
    key = build_service_account("acme", f"{url}/token")
    login = service_account.Credentials.from_service_account_info(key)
    return BetaAnalyticsDataClient(
        credentials=login, transport="rest", client_options={"api_endpoint": url}
    )


def _post(url: str, token: str, method: str, body: Any, place: str = PLACE) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{url}/v1beta/{place}:{method}", json=body, headers=headers, timeout=10)


def _validator(name: str) -> jsonschema.Draft7Validator:
    """Discovery schemas, closed: a field Google does not send is a failure."""
    spec = load_json_spec("google_analytics.discovery.json")
    defs = {}
    for key, schema in spec["schemas"].items():
        closed = _rewrite(schema)
        defs[key] = closed | {"additionalProperties": False}
    return jsonschema.Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": defs})


DECORATION = ("id", "description", "enumDescriptions", "readOnly", "format")


def _rewrite(node: Any) -> Any:
    if isinstance(node, list):
        return [_rewrite(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {
        key: _rewrite(value)
        for key, value in node.items()
        if key not in DECORATION or isinstance(value, dict)
    }
    if "$ref" in made and isinstance(made["$ref"], str):
        made["$ref"] = f"#/definitions/{made['$ref']}"
    return made


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_requests_and_answers_fit_the_discovery_document(url: str, token: str, name: str) -> None:
    definition = build_definition(STREAMS[name])
    day = datetime(2026, 10, 1, tzinfo=UTC).date()
    request = build_request(definition, Slice(day, day.replace(day=20)))
    _validator("RunReportRequest").validate(request)
    answer = _post(url, token, "runReport", request)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    _validator("RunReportResponse").validate(body)
    assert body["rowCount"] == len(body["rows"]) > 0
    batch = _post(url, token, "batchRunReports", {"requests": [request] * 2}).json()
    _validator("BatchRunReportsResponse").validate(batch)
    assert [r["rows"] for r in batch["reports"]] == [body["rows"]] * 2


def test_metadata_and_compatibility_fit_the_discovery_document(url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    found = requests.get(f"{url}/v1beta/{PLACE}/metadata", headers=headers, timeout=5).json()
    _validator("Metadata").validate(found)
    assert {d["apiName"] for d in found["dimensions"]} == set(DIMENSIONS)
    asked = {"dimensions": [{"name": "date"}], "metrics": [{"name": "sessions"}]}
    body = _post(url, token, "checkCompatibility", asked).json()
    _validator("CheckCompatibilityResponse").validate(body)
    assert len(body["metricCompatibilities"]) == len(METRICS)
    verdicts = {
        d["dimensionMetadata"]["apiName"]: d["compatibility"]
        for d in body["dimensionCompatibilities"]
    }
    assert (verdicts["city"], verdicts["transactionId"]) == ("COMPATIBLE", "INCOMPATIBLE")


def _ask(**more: Any) -> ga.RunReportRequest:
    given = {
        "property": PLACE,
        "dimensions": [ga.Dimension(name="date"), ga.Dimension(name="sessionSource")],
        "metrics": [ga.Metric(name="sessions"), ga.Metric(name="averageSessionDuration")],
        "date_ranges": [ga.DateRange(start_date="2026-10-01", end_date="2026-10-31")],
    }
    return ga.RunReportRequest(**{**given, **more})


def test_googles_client_reads_reports(client: BetaAnalyticsDataClient) -> None:
    """It signs its own JWTs and asks for enums as numbers; both are what Google accepts."""
    found = client.run_report(_ask(return_property_quota=True))
    assert found.row_count == len(found.rows) > 30
    assert [h.type_.name for h in found.metric_headers] == ["TYPE_INTEGER", "TYPE_SECONDS"]
    assert found.metadata.time_zone == "America/Denver"
    assert found.property_quota.tokens_per_day.remaining > 0
    batch = client.batch_run_reports(
        ga.BatchRunReportsRequest(property=PLACE, requests=[_ask(), _ask(limit=3)])
    )
    assert [len(report.rows) for report in batch.reports] == [found.row_count, 3]
    assert len(client.get_metadata(name=f"{PLACE}/metadata").metrics) == len(METRICS)
    checked = client.check_compatibility(
        ga.CheckCompatibilityRequest(property=PLACE, metrics=[ga.Metric(name="transactions")])
    )
    assert len(checked.dimension_compatibilities) == len(DIMENSIONS)


def test_googles_client_pages_and_sorts(client: BetaAnalyticsDataClient) -> None:
    orders = [ga.OrderBy(dimension={"dimension_name": n}) for n in ("date", "sessionSource")]
    whole = [r.dimension_values[0].value for r in client.run_report(_ask(order_bys=orders)).rows]
    parts: list[str] = []
    while True:
        page = client.run_report(_ask(order_bys=orders, limit=20, offset=len(parts)))
        parts += [row.dimension_values[0].value for row in page.rows]
        if len(parts) >= page.row_count:
            break
    assert parts == whole == sorted(whole)


def test_googles_client_is_refused_as_at_google(client: BetaAnalyticsDataClient) -> None:
    with pytest.raises(exceptions.BadRequest, match="Field sessionz is not a valid metric"):
        client.run_report(_ask(metrics=[ga.Metric(name="sessionz")]))
    with pytest.raises(exceptions.BadRequest, match="incompatible"):
        client.run_report(
            _ask(metrics=[ga.Metric(name="transactions"), ga.Metric(name="sessions")])
        )
    with pytest.raises(exceptions.Forbidden, match="sufficient permissions"):
        client.run_report(_ask(property="properties/398765432"))


def _body(**more: Any) -> dict[str, Any]:
    given = {"dimensions": [{"name": "date"}], "metrics": [{"name": "sessions"}]}
    return {**given, "dateRanges": [OCTOBER], **more}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_body(rows=5), "Unknown name"),
        (_body(dateRanges=[]), "dateRanges is required"),
        (_body(dateRanges=[{"startDate": "10/01/2026", "endDate": "today"}]), "Invalid date"),
        (_body(dateRanges=[{"startDate": "today", "endDate": "yesterday"}]), "before endDate"),
        (_body(metrics=[]), "At least one metric"),
        (_body(dimensions=[{"name": "date"}] * 10), "limited to 9"),
        (_body(limit="0"), None),
        (_body(limit="-1"), "limit must be positive"),
        (_body(limit="many"), "TYPE_INT64"),
        (_body(orderBys=[{"dimension": {"dimensionName": "city"}}]), "not part of the request"),
        (_body(property="properties/1"), "must be that of the batch"),
    ],
)
def test_what_google_refuses_is_refused(
    url: str, token: str, body: dict[str, Any], words: str | None
) -> None:
    answer = _post(url, token, "runReport", body)
    if words is None:  # a zero is what proto-JSON leaves out: the default
        assert answer.status_code == 200
        return
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert words in error["message"]


def test_batches_have_one_to_five_and_fall_together(url: str, token: str) -> None:
    for count in (0, 6):
        assert (
            _post(url, token, "batchRunReports", {"requests": [_body()] * count}).status_code == 400
        )
    mixed = {"requests": [_body(), _body(metrics=[{"name": "nope"}])]}
    assert _post(url, token, "batchRunReports", mixed).status_code == 400


def test_logins_are_checked(url: str, token: str) -> None:
    assert _post(url, "ya29.nobody", "runReport", _body()).status_code == 401
    assert _post(url, token, "runReport", _body(), f"properties/{PROPERTIES['summit']}").json()[
        "error"]["status"] == "PERMISSION_DENIED"  # fmt: skip
    for form, error in (
        ({"grant_type": "refresh_token", "client_id": "x"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"},
         "invalid_grant"),
    ):  # fmt: skip
        answer = requests.post(f"{url}/token", data=form, timeout=5)
        assert answer.status_code in (400, 401)
        assert answer.json()["error"] == error


def test_a_token_without_the_scope_is_forbidden(url: str) -> None:
    key = build_service_account("acme", f"{url}/token")
    for scope, status in ((SCOPE, 200), ("https://www.googleapis.com/auth/drive", 403)):
        login = service_account.Credentials.from_service_account_info(key, scopes=[scope])
        login.refresh(_transport())
        assert _post(url, login.token, "runReport", _body()).status_code == status


def _transport() -> Any:
    from google.auth.transport.requests import Request

    return Request()


def test_rare_values_fold_into_other(url: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"dimensions": [{"name": "date"}, {"name": "city"}]}
    whole = _post(url, token, "runReport", _body(**fields)).json()
    monkeypatch.setattr(played, "CARDINALITY", 40)
    folded = _post(url, token, "runReport", _body(**fields)).json()
    assert folded["metadata"]["dataLossFromOtherRow"] is True
    assert "dataLossFromOtherRow" not in whole["metadata"]
    assert len(folded["rows"]) < len(whole["rows"])
    cities = {row["dimensionValues"][1]["value"] for row in folded["rows"]}
    assert "(other)" in cities
    totals = [sum(int(r["metricValues"][0]["value"]) for r in b["rows"]) for b in (whole, folded)]
    assert totals[0] == totals[1] > 0


def test_one_economy_in_every_report(url: str, token: str) -> None:
    """Sessions by source and by device are the same sessions; purchases are the shop's orders."""
    totals = []
    for name in ("sessionSource", "deviceCategory"):
        found = _post(url, token, "runReport", _body(dimensions=[{"name": name}])).json()
        totals.append(sum(int(row["metricValues"][0]["value"]) for row in found["rows"]))
    assert totals[0] == totals[1] > 100
    ask = {"dimensions": [{"name": "transactionId"}], "metrics": [{"name": "purchaseRevenue"}]}
    found = _post(url, token, "runReport", _body(**ask)).json()
    amounts = [Decimal(row["metricValues"][0]["value"]) for row in found["rows"]]
    assert len(amounts) > 5 and all(amount > 0 for amount in amounts)
