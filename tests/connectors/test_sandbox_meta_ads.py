"""The Graph API of the sandbox: Meta's fields, Meta's refusals, the money of the economy."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from include.connectors.meta_ads.source import STATUSES, build_params
from include.sandbox.economy_views import fetch_ads
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.meta_ads.fields import OBJECTS
from include.sandbox.vendors.meta_ads.vendor import CREDENTIALS, TOKENS, fetch_account
from include.sandbox.world import WorldSpec
from tests.connectors.vendor_specs import load_json_spec
from tests.shipped import load_known_connectors

SPEC = WorldSpec(size=100)
NUMBER = CREDENTIALS["acme"]["extra"]["account_ids"]  # type: ignore[index]
NODES = {"campaigns": "Campaign", "adsets": "AdSet", "ads": "Ad", "insights": "AdsInsights",
         "report": "AdReportRun"}  # fmt: skip
CONNECTOR = load_known_connectors()["meta_ads"]
WHOLE = {
    "level": "ad",
    "time_increment": "1",
    "fields": "ad_id,spend,actions",
    "time_range": json.dumps({"since": "2026-10-01", "until": "2026-10-07"}),
}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox(SPEC) as url:
        yield f"{url}/meta_ads/v26.0"


def _get(base_url: str, path: str, token: str = TOKENS["acme"], **params: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{base_url}/{path}", params=params, headers=headers, timeout=10)


def _post(base_url: str, **params: str) -> Any:
    """As a form with the token inside, which is how Meta's own client sends it."""
    data = {**params, "access_token": TOKENS["acme"]}
    return requests.post(f"{base_url}/act_{NUMBER}/insights", data=data, timeout=10)


@pytest.mark.parametrize("kind", sorted(NODES))
def test_fields_are_those_of_the_spec(kind: str) -> None:
    node = load_json_spec("meta_ads.sdkspec.json")["nodes"][NODES[kind]]
    assert {field["name"] for field in node["fields"]} >= OBJECTS[kind]


@pytest.mark.parametrize("stream", sorted(CONNECTOR.streams))
def test_what_we_ask_for_is_in_the_spec(stream: str) -> None:
    """Fields, statuses and parameters of our requests, before Meta refuses them."""
    spec = load_json_spec("meta_ads.sdkspec.json")
    described = CONNECTOR.streams[stream]
    params = build_params(described)
    node = spec["nodes"][NODES[described.path or ""]]
    names = {field.split("{")[0] for field in params["fields"].split(",")}
    assert names <= {field["name"] for field in node["fields"]}
    if described.path in STATUSES:
        kind = NODES[described.path]
        assert set(STATUSES[described.path]) == set(spec["enums"][f"{kind}_effective_status"])
    else:
        windows = spec["enums"]["adaccountinsights_action_attribution_windows_enum_param"]
        assert set(json.loads(params["action_attribution_windows"])) <= set(windows)


@pytest.mark.parametrize("edge", ["campaigns", "adsets", "ads"])
def test_objects_fit_the_spec(base_url: str, edge: str) -> None:
    spec = load_json_spec("meta_ads.sdkspec.json")
    types = {field["name"]: field["type"] for field in spec["nodes"][NODES[edge]]["fields"]}
    rows = _get(base_url, f"act_{NUMBER}/{edge}", fields=",".join(sorted(OBJECTS[edge]))).json()
    assert rows["data"]
    for row in rows["data"]:
        for name, value in row.items():
            kind = types[name]
            if kind == "string":
                assert isinstance(value, str), name
            elif kind in spec["enums"]:
                assert value in spec["enums"][kind], name
            elif kind.startswith("list<"):
                assert isinstance(value, list), name


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("act_1/campaigns", {}, 400, 100),
        (f"act_{NUMBER}/campaigns", {"fields": "id,colour"}, 400, 100),
        (f"act_{NUMBER}/insights", {**WHOLE, "time_range": "soon"}, 400, 100),
        (f"act_{NUMBER}/insights",
         {**WHOLE, "time_range": json.dumps({"since": "2020-01-01", "until": "2020-01-02"})},
         400, 3018),
        (f"act_{NUMBER}/insights",
         {**WHOLE, "action_attribution_windows": json.dumps(["28d_view"])}, 400, 100),
        (f"act_{NUMBER}/pages", {}, 404, 2500),
    ],
)  # fmt: skip
def test_requests_meta_refuses(
    base_url: str, path: str, params: dict[str, str], status: int, code: int
) -> None:
    answer = _get(base_url, path, **params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_tokens_and_versions(base_url: str) -> None:
    bad = _get(base_url, f"act_{NUMBER}", token="EAAother")
    assert bad.json()["error"]["code"] == 190
    foreign = _get(base_url, f"act_{NUMBER}", token=TOKENS["summit"])
    assert foreign.json()["error"]["error_subcode"] == 33
    old = _get(base_url.replace("v26.0", "v12.0"), f"act_{NUMBER}")
    assert old.json()["error"]["code"] == 2635


def test_a_report_must_be_waited_for(base_url: str) -> None:
    run_id = _post(base_url, **WHOLE).json()["report_run_id"]
    early = _get(base_url, f"{run_id}/insights")
    assert early.json()["error"]["error_subcode"] == 1815107
    first, second = (_get(base_url, run_id).json() for _ in range(2))
    assert (first["async_status"], first["async_percent_completion"]) == ("Job Running", 100)
    assert second["async_status"] == "Job Completed"
    rows = _get(base_url, f"{run_id}/insights", limit="500").json()["data"]
    assert rows
    assert all(row["date_start"] == row["date_stop"] for row in rows)
    windows = {key for row in rows for one in row.get("actions", []) for key in one}
    assert windows == {"action_type", "value"}
    use = json.loads(_get(base_url, run_id).headers["x-business-use-case-usage"])
    assert next(iter(use.values()))[0]["type"] == "ads_insights"


def test_deleted_ads_are_listed_only_by_name(base_url: str) -> None:
    path = f"act_{NUMBER}/ads"
    usual = _get(base_url, path, fields="id,effective_status").json()["data"]
    named = json.dumps(STATUSES["ads"])
    every = _get(base_url, path, fields="id,effective_status", effective_status=named).json()[
        "data"
    ]
    assert "DELETED" not in {row["effective_status"] for row in usual}
    assert len(every) > len(usual) > 0


def test_the_last_page_has_a_cursor_and_no_next(base_url: str) -> None:
    first = _get(base_url, f"act_{NUMBER}/campaigns", limit="2").json()["paging"]
    assert "access_token" in first["next"]
    after = first["cursors"]["after"]
    last = _get(base_url, f"act_{NUMBER}/campaigns", limit="2", after=after).json()["paging"]
    assert "next" not in last
    assert last["cursors"]["after"]


def test_metrics_are_texts_and_zeros_are_absent() -> None:
    """Every scalar is a string; the money of all rows is that of the economy."""
    session = Session(SPEC)
    rows = fetch_account(session, "acme").insights
    assert all(isinstance(value, str | list) for row in rows for value in row.values())
    assert any("spend" not in row for row in rows)
    assert not any(row.get("clicks") == "0" for row in rows)
    spent = sum(Decimal(row.get("spend", "0")) for row in rows)
    assert spent * 100 == sum(day.spend for day in fetch_ads(session, "acme", "meta").days)
