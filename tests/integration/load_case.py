"""A small stream, its plan and the questions tests ask about what was loaded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

from include.config.connector_spec import Stream
from include.core import naming
from include.core.streams import LoadResult, Page, Reject, RunKind, Window
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace
from include.load.loader import LoadPlan, run_load

START = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS = {
    "primary_key": ["id"],
    "version": "updated_at",
    "columns": {
        "id": "int",
        "amount": "numeric",
        "updated_at": "timestamp",
        "customer_id": {"type": "text", "path": "customer.id"},
    },
    "children": {"items": {"path": "items", "columns": {"sku": "text", "quantity": "int"}}},
}

PLACE = ("window", "kind", "started_at", "origin")


@dataclass
class LoadCase:
    """Loads of one stream of one tenant; every load starts an hour after the one before."""

    url: str
    stream: Stream
    tenant: str
    feed: str = "shop"
    connector: str = "shopapi"
    name: str = "orders"
    hours: int = 0

    @property
    def table(self) -> str:
        return f"{naming.raw_schema(self.tenant, self.connector)}.{self.name}"

    def plan(self, **changes: Any) -> LoadPlan:
        self.hours += 1
        place = LoadPlace(
            tenant=self.tenant,
            feed=self.feed,
            connector=self.connector,
            stream=self.name,
            kind=RunKind.SCHEDULED,
            window=Window(),
            started_at=START + timedelta(hours=self.hours),
        )
        of_place = {name: changes.pop(name) for name in PLACE if name in changes}
        return replace(LoadPlan(replace(place, **of_place), self.stream), **changes)

    def load(self, *pages: Any, **changes: Any) -> LoadResult:
        """Load pages given as lists of records (or Page, or Arrow)."""
        made = (page if isinstance(page, Page) else Page(page) for page in pages)
        return self.load_pages(made, **changes)

    def load_pages(self, pages: Iterable[Page], **changes: Any) -> LoadResult:
        return run_load(Warehouse(self.url), self.plan(**changes), pages)

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("set time zone 'UTC'")
            cursor = connection.execute(statement.format(t=self.table).encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def rows(self, columns: str = "*", suffix: str = "") -> list[tuple[Any, ...]]:
        return self.query(f"select {columns} from {{t}}{suffix} order by 1, 2")

    def ops(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        text = f"select {columns} from elt_ops.{table} where tenant = %s order by 1, 2"
        return self.query(text, self.tenant)


def build_case(url: str, declaration: dict[str, Any] | None = None, **changes: Any) -> LoadCase:
    """A case with a tenant of its own, so that tests of one module share a database."""
    stream = Stream.model_validate(declaration or ORDERS)
    return LoadCase(url, stream, f"t{uuid4().hex[:10]}", **changes)


def order(number: int, amount: str = "1.00", hour: int = 0, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "amount": amount,
        "updated_at": f"2025-06-01T{hour:02d}:00:00Z",
        "customer": {"id": f"c{number}"},
        "items": [{"sku": f"s{number}", "quantity": 1}],
        **fields,
    }


def reject(key: str = "orders.csv:3") -> Reject:
    return Reject(key, "ragged_row", "the row has 5 fields, the header 4.", "a,b,c,d,e")


def then(pages: Iterable[Page], action: Callable[[], Any]) -> Iterator[Page]:
    """The pages, then something that happens while the source is still being read."""
    yield from pages
    action()
