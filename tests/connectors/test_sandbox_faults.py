"""The sandbox misbehaves exactly as told, and its world moves on when told."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from include.sandbox.testing import running_sandbox

KEY = ("sk_test_sandbox_corner", "")
TOKEN = {"X-Shopify-Access-Token": "shpat_sandbox_acme"}
GRAPHQL = "/shopify/acme-outdoor/admin/api/2026-07/graphql.json"


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with running_sandbox() as url:
        yield url


@pytest.fixture
def base_url(served: str) -> Iterator[str]:
    yield served
    requests.delete(f"{served}/_sandbox/faults", timeout=10)
    requests.delete(f"{served}/_sandbox/requests", timeout=10)


def set_fault(base_url: str, **fault: Any) -> None:
    answer = requests.post(f"{base_url}/_sandbox/faults", json=fault, timeout=10)
    assert answer.status_code == 200, answer.text


def payouts(base_url: str, **params: Any) -> requests.Response:
    return requests.get(f"{base_url}/stripe/v1/payouts", params=params, auth=KEY, timeout=10)


def test_429_counts_skips_and_times(base_url: str) -> None:
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    set_fault(base_url, vendor="stripe", kind="429", times=2, skip=1, retry_after=date)
    answers = [payouts(base_url) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == date


def test_a_fault_hits_only_its_vendor_and_path(base_url: str) -> None:
    set_fault(base_url, vendor="stripe", kind="500", path_contains="/v1/charges", times=9)
    assert payouts(base_url).status_code == 200
    charges = requests.get(f"{base_url}/stripe/v1/charges", auth=KEY, timeout=10)
    assert charges.status_code == 500
    assert charges.json()["error"]["type"] == "api_error"
    shop = requests.post(
        base_url + GRAPHQL, json={"query": "{ shop { name } }"}, headers=TOKEN, timeout=10
    )
    assert shop.status_code == 200


def test_path_contains_sees_a_graphql_body(base_url: str) -> None:
    set_fault(base_url, vendor="shopify", kind="throttled", path_contains="customers(")
    body = {"query": "{ customers(first: 1) { nodes { id } } }"}
    first = requests.post(base_url + GRAPHQL, json=body, headers=TOKEN, timeout=10).json()
    second = requests.post(base_url + GRAPHQL, json=body, headers=TOKEN, timeout=10).json()
    assert first["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert second["data"]["customers"]["nodes"]


def test_cut_breaks_the_body(base_url: str) -> None:
    set_fault(base_url, vendor="stripe", kind="cut")
    with pytest.raises(requests.exceptions.RequestException):
        payouts(base_url)
    assert payouts(base_url).status_code == 200


def test_timeout_answers_after_the_client_gave_up(base_url: str) -> None:
    set_fault(base_url, vendor="stripe", kind="timeout", seconds=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{base_url}/stripe/v1/payouts", auth=KEY, timeout=0.2)


def test_slow_is_late_but_right(base_url: str) -> None:
    set_fault(base_url, vendor="stripe", kind="slow", seconds=0.3)
    began = time.monotonic()
    assert payouts(base_url).json()["data"]
    assert time.monotonic() - began >= 0.3


def test_html_with_status_200(base_url: str) -> None:
    set_fault(base_url, vendor="stripe", kind="html")
    answer = payouts(base_url)
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


def test_duplicate_page_repeats_the_page_before(base_url: str) -> None:
    first = payouts(base_url, limit=2).json()
    set_fault(base_url, vendor="stripe", kind="duplicate_page")
    after = first["data"][-1]["id"]
    assert payouts(base_url, limit=2, starting_after=after).json() == first
    assert payouts(base_url, limit=2, starting_after=after).json() != first


def test_changed_field_and_missing_list(base_url: str) -> None:
    right = payouts(base_url, limit=1).json()["data"][0]
    set_fault(base_url, vendor="stripe", kind="changed_field")
    changed = payouts(base_url, limit=1).json()["data"][0]
    assert changed["amount"] == str(right["amount"])
    assert "sandbox_new_field" in changed
    set_fault(base_url, vendor="stripe", kind="missing_list")
    assert "data" not in payouts(base_url, limit=1).json()


def test_an_unknown_fault_is_refused(base_url: str) -> None:
    answer = requests.post(
        f"{base_url}/_sandbox/faults", json={"vendor": "stripe", "kind": "x"}, timeout=10
    )
    assert answer.status_code == 400
    assert "429" in answer.json()["error"]


def test_the_log_tells_what_was_asked(base_url: str) -> None:
    set_fault(base_url, vendor="stripe", kind="500")
    payouts(base_url, limit=3)
    entry = requests.get(f"{base_url}/_sandbox/requests", timeout=10).json()["requests"][-1]
    assert entry == {
        "vendor": "stripe",
        "method": "GET",
        "path": "/stripe/v1/payouts",
        "query": "limit=3",
        "status": 500,
        "fault": "500",
    }


def test_advance_moves_exactly_what_it_says() -> None:
    with running_sandbox() as url:
        at = "2026-11-02T00:00:00Z"
        advance = {"tenant": "acme", "changes": 8, "at": at}
        said = requests.post(f"{url}/_sandbox/advance", json=advance, timeout=30).json()["changed"]
        window = f"first: 50, query: \\\"updated_at:>='{at}'\\\""
        query = '{"query": "{ orders(%s) { nodes { id } } customers(%s) { nodes { id } } }"}'
        found = requests.post(
            url + GRAPHQL, data=query % (window, window), headers=TOKEN, timeout=30
        )
        data = found.json()["data"]
        assert sorted(row["id"] for row in data["orders"]["nodes"]) == said["shopify"]["orders"]
        assert (
            sorted(row["id"] for row in data["customers"]["nodes"]) == said["shopify"]["customers"]
        )
        assert len(said["shopify"]["new_orders"]) == 2
        charges = requests.get(
            f"{url}/stripe/v1/charges",
            params={"created[gte]": 1793577600},
            auth=("sk_test_sandbox_acme", ""),
            timeout=30,
        )
        assert {row["id"] for row in charges.json()["data"] if row["paid"]} == set(
            said["stripe"]["new_charges"]
        )


@pytest.mark.parametrize(
    "body",
    [{"tenant": "bazaar"}, {"tenant": "acme", "at": "2020-01-01T00:00:00Z"}, {"tenant": "x"}],
)
def test_advance_refuses_nonsense(base_url: str, body: dict[str, str]) -> None:
    assert requests.post(f"{base_url}/_sandbox/advance", json=body, timeout=30).status_code == 400
