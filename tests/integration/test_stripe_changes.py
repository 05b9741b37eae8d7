"""Stripe in a real PostgreSQL: what changes long after its creation, by schedule and by webhook."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests

from include.config.load import load_platform
from include.config.models import Feed, Tenant
from include.core import clock
from include.core.clock import utcnow
from include.core.streams import LoadResult, RunKind
from include.core.webhook_event import PATHS, build_event
from include.core.webhook_signature import SignatureRule, build_refusal
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import run_feed_load
from include.pipeline.load_request import LoadRequest
from include.pipeline.webhook_drain import DrainResult, run_drain
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.stripe.vendor import CREDENTIALS
from include.sandbox.world import SIZES, WorldSpec
from tests.connectors.connector_cases import sandbox_credentials
from tests.load_environment import build_environment
from tests.webhook_inbox import receive_event

SPEC = WorldSpec(size=SIZES["small"])
NOW = SPEC.as_of
HOUR = timedelta(hours=1)
TABLES = ("customers", "charges", "subscriptions", "disputes", "refunds", "payment_intents")


@dataclass
class Account:
    """Corner's account of a sandbox of its own, loaded as a tenant of its own."""

    base: str
    url: str
    feed: Feed

    @property
    def credentials(self) -> Any:
        return sandbox_credentials("x", self.base, "stripe", CREDENTIALS["corner"])

    def load(self, at: datetime) -> dict[str, LoadResult]:
        with clock.frozen(at):
            result = run_feed_load(
                LoadRequest(self.feed, RunKind.SCHEDULED),
                build_environment(Warehouse(self.url), self.credentials),
            )
        assert result.failed == {}
        return result.loaded

    def act(self, what: str) -> str:
        body = {"vendor": "stripe", "tenant": "corner", "what": what}
        answer = requests.post(f"{self.base}/_sandbox/act", json=body, timeout=60)
        return str(answer.json()["id"])

    def receive(self) -> int:
        """Every webhook the vendor would send, verified as a receiver would."""
        body = {"vendor": "stripe", "tenant": "corner"}
        answer = requests.post(f"{self.base}/_sandbox/webhooks", json=body, timeout=60).json()
        kept = 0
        for one in answer["deliveries"]:
            content = one["body"].encode()
            secrets = [self.credentials.secret("webhook_secret")]
            rule = SignatureRule("stripe")
            assert build_refusal(rule, one["headers"], content, secrets, utcnow()) is None
            event = build_event(one["headers"], content, PATHS["stripe"])
            kept += receive_event(self.url, self.feed.tenant.id, self.feed.name, event)
        return kept

    def drain(self, at: datetime) -> DrainResult:
        with clock.frozen(at):
            return run_drain(self.feed, build_environment(Warehouse(self.url), self.credentials))

    def query(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            statement = text.format(raw=self.feed.raw_schema).encode()
            return connection.execute(statement, values or None).fetchall()

    def one(self, table: str, key: str, columns: str) -> tuple[Any, ...]:
        [row] = self.query(f"select {columns} from {{raw}}.{table} where id = %s", key)
        return row

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row by table, without when and by which load it came."""
        found = {}
        for table in TABLES:
            content = "to_jsonb(t) - array['_load_id', '_loaded_at', '_feed', '_deleted_at']"
            columns = f"({content})::text, _deleted_at is null"
            found[table] = self.query(f"select {columns} from {{raw}}.{table} as t order by id")
        return found


Make = Callable[[], Account]


@pytest.fixture
def make(warehouse: str) -> Iterator[Make]:
    with running_sandbox(SPEC) as base:

        def build() -> Account:
            [found] = [f for f in load_platform().feeds if f.connection_id == "corner__stripe"]
            spec = found.tenant.spec.model_copy(update={"tenant": f"t{uuid4().hex[:10]}"})
            tenant = Tenant(spec, found.tenant.path)
            streams = {name: found.streams[name] for name in TABLES}
            options = {**found.options, "webhooks": True}
            feed = replace(found, tenant=tenant, streams=streams, options=options)
            return Account(base, warehouse, feed)

        yield build


def test_late_changes_are_refreshed_by_the_next_run(make: Make) -> None:
    """Charges of more than 60 days ago are in no list of the window; their events name them."""
    account = make()
    first = account.load(NOW)
    assert all(first[name].inserted > 0 for name in TABLES)
    refunded, disputed = account.act("refund"), account.act("dispute")
    ended, edited, deleted = (
        account.act(what) for what in ("cancel_subscription", "edit_customer", "delete_customer")
    )
    assert account.one("charges", refunded, "refunded, disputed") == (False, False)
    second = account.load(NOW + 8 * HOUR)
    assert account.one("charges", refunded, "refunded, amount = amount_refunded") == (True, True)
    assert account.one("charges", disputed, "disputed") == (True,)
    assert account.one("subscriptions", ended, "status, ended_at is not null")[0] == "canceled"
    assert account.one("customers", edited, "description, _deleted_at") == (
        "new phone number",
        None,
    )
    name, gone = account.one("customers", deleted, "name, _deleted_at")
    assert name and gone, "marked, and its last content kept"
    counts = {
        stream: (done.inserted, done.updated, done.deleted) for stream, done in second.items()
    }
    assert counts == {
        "charges": (0, 2, 0),
        "customers": (0, 1, 1),
        "disputes": (1, 0, 0),
        "payment_intents": (0, 0, 0),
        "refunds": (1, 0, 0),
        "subscriptions": (0, 1, 0),
    }
    for done in second.values():
        assert done.read == done.loaded + done.unchanged + done.quarantined + done.filtered
    third = account.load(NOW + 9 * HOUR)
    assert sum(done.loaded + done.deleted for done in third.values()) == 0


def test_a_feed_that_stood_still_for_six_weeks_misses_nothing(make: Make) -> None:
    """Its events are gone: the whole is read again, and who is gone from it was deleted."""
    account = make()
    account.load(NOW)
    refunded, deleted = account.act("refund"), account.act("delete_customer")
    late = account.load(NOW + timedelta(days=45))
    assert account.one("charges", refunded, "refunded") == (True,)
    assert account.one("customers", deleted, "_deleted_at is not null") == (True,)
    assert (late["charges"].updated, late["customers"].deleted) == (1, 1)
    assert late["charges"].unchanged > 100, "read whole, written once"


def test_webhooks_bring_the_same_rows_as_the_schedule(make: Make) -> None:
    """One tenant hears by webhooks, one by its schedule: their tables are equal."""
    hears, waits = make(), make()
    for account in (hears, waits):
        account.load(NOW)
    hears.receive()
    hears.drain(NOW + HOUR / 2)
    touched = [hears.act(what) for what in ("refund", "dispute", "delete_customer")]
    assert hears.receive() == 4, "of all webhooks sent again these are new"
    done = hears.drain(NOW + 5 * HOUR)
    assert done.failed == {} and done.poisoned == 0
    assert hears.one("charges", touched[0], "refunded") == (True,)
    assert hears.one("charges", touched[1], "disputed") == (True,)
    assert hears.one("customers", touched[2], "_deleted_at is not null") == (True,)
    states = hears.query(
        "select state, count(*) from elt_ops.inbox where tenant = %s group by 1",
        hears.feed.tenant.id,
    )
    assert [state for state, _ in states] == ["drained"]
    before = hears.query(
        "select stream, value from elt_ops.cursors where tenant = %s", hears.feed.tenant.id
    )
    assert all(value.startswith("2026-11-01T00:00:00") for _, value in before), "cursors stay"
    waits.load(NOW + 5 * HOUR)
    assert hears.content() == waits.content()
    again = hears.load(NOW + 6 * HOUR)
    assert sum(done.loaded + done.deleted for done in again.values()) == 0
