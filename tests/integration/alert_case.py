"""Alerts on a test's warehouse with a clock in hand and a receiver that can be down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.alerts.audience import Audience, Target, build_operators
from include.alerts.tick import Desk, Tick, run_tick
from include.config.load import load_platform
from include.config.models import Platform
from include.core.clock import frozen
from include.core.errors import Unreachable
from include.ledger import ddl
from include.ledger.connection import Warehouse

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
CONNECTOR = """
connector: till
title: Till
kind: rest
secrets: {token: API token}
api: {base_url: "https://till.example"}
streams:
  sales:
    path: /sales
    primary_key: [id]
    columns: {id: text, updated_at: timestamp}
    cursor: {field: updated_at, why: test}
  stores: {path: /stores, primary_key: [id], columns: {id: text}}
"""
HEAD = "tenant: {id}\nname: The {id}\nowner: ann\n"
FEED = "  {name}: {{connector: till, schedule: hourly, start_date: 2025-01-01}}\n"


@dataclass
class Receiver:
    """What arrived; raises what it is given instead while it is down."""

    got: list[tuple[Target, Mapping[str, Any]]] = field(default_factory=list)
    down: Callable[[Target], Exception | None] = lambda _: None

    def send(self, target: Target, message: Mapping[str, Any]) -> None:
        error = self.down(target)
        if error is not None:
            raise error
        self.got.append((target, message))

    def fall(self) -> None:
        self.down = lambda _: Unreachable("the receiver answered 503")

    def rise(self) -> None:
        self.down = lambda _: None

    @property
    def titles(self) -> list[str]:
        return [str(message["title"]) for _, message in self.got]

    @property
    def news(self) -> list[str]:
        return [str(message["news"]) for _, message in self.got]


@dataclass
class AlertCase:
    """A platform of made-up tenants, their books, and the time."""

    url: str
    folder: Path
    now: datetime = MONDAY
    receiver: Receiver = field(default_factory=Receiver)
    watch: Any = None
    away: bool = False
    platform: Platform | None = None

    def write(self, tenant: str, alerts: str = "{webhook: true}", feeds: tuple = ("till",)) -> None:
        text = HEAD.format(id=tenant) + f"alerts: {alerts}\nfeeds:\n"
        text += "".join(FEED.format(name=name) for name in feeds)
        (self.folder / "tenants" / f"{tenant}.yaml").write_text(text)
        self.platform = None

    def desk(self) -> Desk:
        platform = self.platform = self.platform or load_platform()
        tenants = {tenant.id: tenant for tenant in platform.tenants}
        audience = Audience(tenants, build_operators(["webhook:platform__ops"]))
        url = "postgresql://elt@127.0.0.1:1/none?connect_timeout=1" if self.away else self.url
        return Desk(platform, audience, lambda _: Warehouse(url), self.receiver.send, self.watch)

    def tick(self, **after: float) -> Tick:
        """Look once, after that much time."""
        self.now += timedelta(**after)
        with frozen(self.now):
            return run_tick(self.desk())

    def settle(self, minutes: int = 5) -> None:
        """Look every minute at first, then every five."""
        for _ in range(min(minutes, 5)):
            self.tick(minutes=1)
        for _ in range(max(0, minutes - 5) // 5):
            self.tick(minutes=5)

    def load(self, state: str, error: str = "ContractBroken", **place: str) -> None:
        """A row of elt_ops.loads that ends now."""
        values = {"tenant": "shop", "feed": "till", "stream": "sales", **place}
        failed = state == "failed"
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, "
                "started_at, finished_at, error_class, error_message, is_last) "
                "values (%s, %s, 'till', %s, 'scheduled', %s, %s, %s, %s, %s, true)",
                [
                    *(values["tenant"], values["feed"], values["stream"], state),
                    *(self.now, self.now, error if failed else None),
                    "the answer has no `sales`. Expected a list." if failed else None,
                ],
            )

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def execute(self, statements: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statements.encode())


def build_alert_case(url: str, folder: Path, patch: pytest.MonkeyPatch) -> AlertCase:
    """An empty platform; the warehouse's elt_ops is made anew."""
    (folder / "tenants").mkdir(exist_ok=True)
    (folder / "connectors" / "till").mkdir(parents=True, exist_ok=True)
    (folder / "connectors" / "till" / "connector.yaml").write_text(CONNECTOR)
    patch.setenv("ELT_TENANTS_DIR", str(folder / "tenants"))
    patch.setenv("ELT_CONNECTORS_DIR", str(folder / "connectors"))
    patch.setenv("ELT_STATE_DIR", str(folder / "state"))
    with psycopg.connect(url) as connection:
        connection.execute("drop schema if exists elt_ops cascade")
    with Warehouse(url).connect() as connection:
        ddl.run_migrations(connection)
    return AlertCase(url, folder)
