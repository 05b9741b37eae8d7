"""A source of two lists by time of change, and a tenant that reads it, for tests of backfills."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from tests.unit.fake_api import Reply, Seen

CONNECTOR = """
connector: till
title: Till
kind: rest
api:
  base_url: URL
  records_path: data
  paginator: {kind: page_number, param: page, size: 40, size_param: size}
streams:
  sales: &timed
    path: /sales
    primary_key: [id]
    version: updated_at
    columns: {id: int, amount: numeric, updated_at: timestamp}
    cursor: {field: updated_at, param: since, end_param: until, why: test}
  refunds:
    <<: *timed
    path: /refunds
  stores: {path: /stores, paginator: {kind: single}, primary_key: [id], columns: {id: int}}
"""
TENANT = """
tenant: TENANT
name: Fills
owner: tests
feeds:
  till: {schedule: hourly, start_date: 2025-01-01}
"""
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
LAST = datetime(2025, 4, 1, tzinfo=UTC)


class Till:
    """A source of two lists by time of change; records are edited while they are read."""

    def __init__(self) -> None:
        step = (LAST - FIRST) / 600
        self.lists = {
            name: {n: ("1.00", FIRST + n * step) for n in range(600)}
            for name in ("sales", "refunds")
        }
        self.slow_s = 0.0
        self.denied: set[str] = set()
        self.asked = 0

    def edit(self, stream: str, number: int) -> None:
        amount, _ = self.lists[stream][number]
        self.lists[stream][number] = (f"{Decimal(amount) + 1:.2f}", datetime.now(tz=UTC))

    def answer(self, seen: Seen) -> Reply:
        self.asked += 1
        name = seen.path.strip("/")
        if name in self.denied:
            return Reply({"error": "no scope"}, 403)
        if name == "stores":
            return Reply({"data": [{"id": 1}]})
        since, until = (_instant(seen.query[side]) for side in ("since", "until"))
        rows = sorted(
            (at, number, amount)
            for number, (amount, at) in list(self.lists[name].items())
            if since <= at < until
        )
        page, size = int(seen.query["page"]), int(seen.query["size"])
        data = [
            {"id": number, "amount": amount, "updated_at": at.isoformat()}
            for at, number, amount in rows[(page - 1) * size : page * size]
        ]
        return Reply({"data": data}, hang_s=self.slow_s)

    def state(self, stream: str) -> list[tuple]:
        return sorted((n, amount, at) for n, (amount, at) in self.lists[stream].items())


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def write_tenants(folder: Path, api_url: str, warehouse: str, patch: pytest.MonkeyPatch) -> None:
    """Files of the tenants `fills` and `straight`, settings that find them, an empty warehouse."""
    (folder / "till").mkdir()
    (folder / "till" / "connector.yaml").write_text(CONNECTOR.replace("URL", api_url))
    for tenant in ("fills", "straight"):
        (folder / f"{tenant}.yaml").write_text(TENANT.replace("TENANT", tenant))
    patch.setenv("ELT_TENANTS_DIR", str(folder))
    patch.setenv("ELT_CONNECTORS_DIR", str(folder))
    patch.setenv("ELT_TENANT_ROLES", "false")
    patch.setenv("WAREHOUSE_URL", warehouse)
    patch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    drop = "drop schema if exists elt_ops, fills_raw_till, straight_raw_till cascade"
    with psycopg.connect(warehouse) as connection:
        connection.execute(drop)


def query(url: str, statement: str, *values: object) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(statement, values or None)
        return found.fetchall() if found.description else []
