"""One rate budget per credential: several real processes against a server that counts.

Numbers are generous where a busy machine could disturb them, and strict where a limit is kept.
"""

import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.connector_spec import Api, Auth
from include.config.credentials import Credentials
from include.connectors.shopify.graphql import GraphQL
from include.core.errors import RateLimited
from include.core.rates import Bucket, BudgetKey
from include.extract.http.api_client import build_client
from include.extract.http.client import HttpLimits
from include.extract.http.rate_limit import RateLimiter
from include.extract.stores.rate_budget import MemoryRateBudget, RateBudget, build_budget_key
from include.extract.stores.source_stores import Stores
from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations
from include.ledger.stores.rate_budget import WarehouseRateBudget
from tests.unit.fake_api import FakeApi, Reply, Seen

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import sys
from include.config.connector_spec import Api
from include.config.credentials import Credentials
from include.extract.http.api_client import build_client
from include.extract.http.client import HttpLimits
from include.extract.stores.source_stores import Stores
from include.ledger.connection import Warehouse
from include.ledger.stores.rate_budget import WarehouseRateBudget
warehouse, url, rate, count, name = sys.argv[1:6]
api = Api.model_validate({"base_url": "http://x", "auth": {"kind": "bearer", "secret": "password"},
                          **({"rate_limit": {"per_second": float(rate)}} if float(rate) else {})})
client = build_client(api, Credentials(name, url, {"password": "k3y-of-all"}),
                      Stores(rate_budget=WarehouseRateBudget(Warehouse(warehouse))),
                      HttpLimits(tries=6))
for _ in range(int(count)):
    client.get("things")
"""


@pytest.fixture(scope="module")
def place(warehouse: str) -> Warehouse:
    found = Warehouse(warehouse)
    with found.connect() as connection:
        run_migrations(connection)
    return found


def run_workers(place: Warehouse, url: str, rate: float, count: int, processes: int) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, place.url, url, str(rate), str(count), f"t{n}__shop"],
            cwd=ROOT, stderr=subprocess.PIPE, text=True,
        )
        for n in range(processes)
    ]  # fmt: skip
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors


def most_in(times: list[float], seconds: float) -> int:
    """The largest number of requests within any stretch of that length."""
    times = sorted(times)
    return max(bisect_left(times, at + seconds) - n for n, at in enumerate(times))


@pytest.fixture
def counted() -> Iterator[tuple[FakeApi, list[float]]]:
    times: list[float] = []

    def answer(seen: Seen) -> Reply:
        times.append(time.monotonic())
        return Reply({"ok": True})

    with FakeApi(answer) as api:
        yield api, times


@pytest.mark.parametrize(("rate", "count"), [(8, 10), (60, 60)])
def test_four_processes_keep_one_limit(
    place: Warehouse, counted: tuple[FakeApi, list[float]], rate: int, count: int
) -> None:
    """Each process once kept the limit for itself: four tasks asked four times too much."""
    api, times = counted
    run_workers(place, api.url, rate, count, 4)
    assert len(times) == 4 * count
    # One slot of tolerance: requests do not arrive exactly when they are sent.
    assert most_in(times, 1.0) <= rate * 1.1 + 2
    assert len(times) / (max(times) - min(times)) > rate * 0.3, "the limit is used, not only kept"


def test_a_refusal_blocks_everybody(place: Warehouse) -> None:
    """Each task once found out by itself that the vendor had had enough, and asked on."""
    times: list[float] = []

    def answer(seen: Seen) -> Reply:
        times.append(time.monotonic())
        return Reply({}, 429, {"Retry-After": "2"}) if len(times) == 8 else Reply({"ok": True})

    with FakeApi(answer) as api:
        run_workers(place, api.url, 12, 10, 3)
    refused, after = times[7], times[8:]
    assert len(times) == 31
    # On their way or handed out already: one each at most.
    assert len([at for at in after if at < refused + 1.9]) <= 2
    assert most_in(after, 1.0) <= 12 * 1.1 + 2, "all of them at once when the block ends"


def _key(name: str) -> BudgetKey:
    return build_budget_key("https://api.example", Credentials(name, None, {"password": name}), ())


@pytest.fixture(params=["memory", "warehouse"])
def budget(request: pytest.FixtureRequest, place: Warehouse) -> RateBudget:
    return MemoryRateBudget() if request.param == "memory" else WarehouseRateBudget(place)


def test_slots_follow_each_other(budget: RateBudget) -> None:
    key = _key("slots")
    waits = [budget.reserve(key, units, 2.0, 60).wait_s for units in (1, 1, 4, 1)]
    assert waits == pytest.approx([0, 0.5, 1.0, 3.0], abs=0.2)
    assert budget.reserve(_key("another credential"), 1, 2.0, 60).wait_s == 0


def test_a_long_block_takes_no_slot(budget: RateBudget) -> None:
    """Slots set aside by tasks that gave up once kept the credential idle after the block."""
    key = _key("blocked")
    budget.block(key, 3600)
    budget.block(key, 5)  # the longer one stays
    for _ in range(50):
        grant = budget.reserve(key, 1, 0.1, 60)
        assert not grant.given
        assert 3590 < grant.wait_s <= 3600
    assert 3590 < budget.reserve(key, 1, 0.1, 4000).wait_s <= 3600


def test_a_queue_too_long_is_not_joined(budget: RateBudget) -> None:
    key = _key("queue")
    grants = [budget.reserve(key, 1, 0.01, 60) for _ in range(6)]
    assert [grant.given for grant in grants] == [True, True, True, True, False, False]
    assert grants[-1].wait_s == pytest.approx(400, abs=2)


def test_points_are_learnt_from_the_source(budget: RateBudget) -> None:
    """A bucket of 100 points, 10 back each second, seen by one task and kept by all."""
    key = _key("points")
    assert budget.reserve_points(key, 500, 60).wait_s == 0  # nobody knows the bucket yet
    budget.settle_points(key, 0, Bucket(size=100, per_second=10, available=70))
    assert budget.reserve_points(key, 60, 60).wait_s == 0
    assert budget.reserve_points(key, 40, 60).wait_s == pytest.approx(3, abs=0.3)
    budget.settle_points(key, 35, Bucket(size=100, per_second=10, available=5))
    assert budget.reserve_points(key, 25, 60).wait_s == pytest.approx(2, abs=0.3)
    budget.settle_points(key, 0, Bucket(size=100, per_second=10, available=0))
    assert not budget.reserve_points(key, 99_999, 60).given


def test_a_block_holds_back_points_too(budget: RateBudget) -> None:
    """Points were given while the source had said no: each asked on and was refused again."""
    key = _key("blocked points")
    budget.settle_points(key, 0, Bucket(size=100, per_second=10, available=100))
    budget.block(key, 30)
    grant = budget.reserve_points(key, 10, 60)
    assert grant.given
    assert 28 < grant.wait_s <= 30
    budget.block(key, 200)  # longer than patience, shorter than the longest queue
    assert not budget.reserve_points(key, 10, 60).given
    budget.block(key, 3600)
    grant = budget.reserve_points(key, 10, 60)
    assert not grant.given
    assert 3590 < grant.wait_s <= 3600
    assert 3590 < budget.reserve_points(key, 10, 4000).wait_s <= 3600


def test_points_asked_for_during_a_block_follow_each_other_behind_it(budget: RateBudget) -> None:
    """All of them were let in at once when it ended: the bucket holds the first one's alone."""
    key = _key("queue behind a block")
    budget.settle_points(key, 0, Bucket(size=100, per_second=10, available=100))
    budget.block(key, 30)
    waits = [budget.reserve_points(key, 100, 60).wait_s for _ in range(3)]
    assert waits == pytest.approx([30, 40, 50], abs=1)


def test_a_short_block_ends_no_long_one(budget: RateBudget) -> None:
    """One task's 429 of five seconds freed the rest from another one's hour."""
    key = _key("two blocks")
    budget.block(key, 3600)
    budget.block(key, 5)
    assert not budget.reserve(key, 1, 1.0, 60).given


def test_what_is_stored_tells_no_secret(place: Warehouse) -> None:
    credentials = Credentials("c", None, {"password": "canary-3f", "login": "canary-login"})
    key = build_budget_key("https://api.example/v1", credentials, ["password"])
    WarehouseRateBudget(place).reserve(key, 1, 5, 60)
    with psycopg.connect(place.url) as connection:
        rows = connection.execute("select r::text from elt_ops.rate_budgets r").fetchall()
    stored = str(rows)
    assert "api.example" in stored
    assert "canary" not in stored
    assert key.digest not in stored, "a plain hash of a short password can be guessed"


def test_two_connections_with_one_credential_share_a_budget() -> None:
    def key(connection: str, host: str, **fields: str) -> BudgetKey:
        return build_budget_key(host, Credentials(connection, None, fields), ["token"])

    one = key("acme__crm", "https://h/v1", token="a", region="eu")
    assert one == key("corner__crm", "https://h/v2", token="a", region="us")
    assert one != key("acme__crm", "https://h/v1", token="b")
    assert one != key("acme__crm", "https://other/v1", token="a")


def test_without_the_store_the_limit_is_kept_alone(place: Warehouse) -> None:
    """A warehouse that restarts must not stop a read, nor let it run without a limit."""
    naps: list[float] = []
    nowhere = WarehouseRateBudget(Warehouse("postgresql://x:y@127.0.0.1:9/z"))
    limiter = RateLimiter(2, nowhere, _key("away"), clock=lambda: 100.0, sleep=naps.append)
    for _ in range(3):
        limiter.wait()
    assert naps == [0.5, 1.0]


def test_a_connection_that_broke_is_made_anew(place: Warehouse) -> None:
    budget = WarehouseRateBudget(place)
    budget.reserve(_key("broken"), 1, 5, 60)
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query like '%rate_budgets%' and pid <> pg_backend_pid()"
        )
    assert budget.reserve(_key("broken"), 1, 5, 60).given


def test_a_block_longer_than_patience_says_when(place: Warehouse) -> None:
    budget = WarehouseRateBudget(place)
    budget.block(_key("quota"), 7200)
    for rate in (5.0, None):
        limiter = RateLimiter(rate, budget, _key("quota"), sleep=lambda s: None)
        with pytest.raises(RateLimited, match=r"Try again after `20\d\d-") as caught:
            limiter.wait(60)
        assert caught.value.retry_after_s == pytest.approx(7200, abs=5)


def test_what_a_slot_costs(place: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement on a connection that stays: far below what any vendor takes to answer."""
    budget = WarehouseRateBudget(place)
    key = _key("cost")
    budget.reserve(key, 1, 1e6, 60)
    sent: list[object] = []
    execute = psycopg.Connection.execute

    def count(self: Any, query: Any, *rest: Any, **options: Any) -> Any:
        sent.append(query)
        return execute(self, query, *rest, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", count)
    for _ in range(20):
        budget.reserve(key, 1, 1e6, 60)
    assert len(sent) == 20


def test_two_tasks_of_a_shop_share_its_cost_budget(place: Warehouse) -> None:
    """Shopify counts points for all that use a token; each task once knew its own only."""
    bucket = {"maximumAvailable": 1000, "restoreRate": 50, "currentlyAvailable": 100}
    cost = {"requestedQueryCost": 90, "actualQueryCost": 90, "throttleStatus": bucket}
    reply = Reply({"data": {"shop": {}}, "extensions": {"cost": cost}})
    naps: list[list[float]] = [[], []]
    with FakeApi([reply]) as api:
        credentials = Credentials("c", api.url, {"password": "shop-token"})
        clients = [
            build_client(
                Api(base_url=api.url, auth=Auth(kind="bearer")), credentials,
                Stores(rate_budget=WarehouseRateBudget(place)), HttpLimits(sleep=slept.append),
            )
            for slept in naps
        ]  # fmt: skip
        first, second = (GraphQL(client, "graphql.json") for client in clients)
        first.run("{shop}")
        second.run("{shop}")  # does not know the cost yet, but settles it
        first.run("{shop}")  # 100 left: enough for 90
        second.run("{shop}")  # 10 left, 90 wanted, 50 come back each second
    assert naps[0] == []
    assert naps[1] == [pytest.approx(1.6, abs=0.4)]
