"""A stream whose rows go to the double of a warehouse and whose books stay in PostgreSQL."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from include.config.connector_spec import Stream
from include.core.streams import LoadResult, Page
from include.destinations.bigquery import client as bigquery
from include.destinations.bigquery.destination import BigQueryDestination
from include.destinations.remote.dialect import Client
from include.destinations.snowflake import client as snowflake
from include.destinations.snowflake.destination import SnowflakeDestination
from include.ledger.connection import Warehouse
from include.load.loader import run_load
from tests.doubles import start_bigquery, start_snowflake
from tests.integration.load_case import LoadCase
from tests.integration.proven_account import (
    load_google_login,
    load_snowflake_login,
    note_schemas,
    proven_kind,
    run_remove,
)
from tests.integration.two_stores_case import SWEPT, fetch_books

KINDS = ("snowflake", "bigquery")


@dataclass(frozen=True)
class Double:
    """A warehouse's double that runs; or, with port 0, the account that `make prove` was given."""

    kind: str
    port: int

    @property
    def destination(self) -> SnowflakeDestination | BigQueryDestination:
        if self.kind == "bigquery":
            return BigQueryDestination(
                start_bigquery.build_double_login(self.port) if self.port else load_google_login()
            )
        return SnowflakeDestination(
            start_snowflake.build_double_login(self.port) if self.port else load_snowflake_login()
        )

    @contextmanager
    def client(self) -> Iterator[Client]:
        destination = self.destination
        if isinstance(destination, BigQueryDestination):
            with bigquery.connect(destination.login, {"elt_tenant": "test"}) as far:
                yield far
        else:
            with snowflake.connect(destination.login, "test") as near:
                yield near

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        with self.client() as client:
            return client.fetch(statement)


@contextmanager
def run_double(kind: str) -> Iterator[Double]:
    """The double; or the account, of which everything that was made is removed again."""
    if proven_kind():
        if proven_kind() != kind:
            pytest.skip(f"`make prove` was asked for {proven_kind()}")
        with note_schemas() as made:
            yield Double(kind, 0)
        with Double(kind, 0).client() as client:
            run_remove(client, made)
        return
    start = start_bigquery if kind == "bigquery" else start_snowflake
    with start.run_double() as port:
        yield Double(kind, port)


@dataclass
class RemoteCase(LoadCase):
    """`LoadCase` with the rows elsewhere."""

    double: Double = Double("", 0)

    def load_pages(self, pages: Iterable[Page], **changes: Any) -> LoadResult:
        warehouse = Warehouse(self.url, tenant_roles=False)
        return run_load(warehouse, self.plan(**changes), pages, self.double.destination)

    def there(self, statement: str) -> list[tuple[Any, ...]]:
        return self.double.fetch(statement.format(t=self.table))

    def rows(self, columns: str = "*", suffix: str = "") -> list[tuple[Any, ...]]:
        # Null instants of Snowflake's double arrive as 1970: tests ask for texts.
        return self.there(f"select {columns} from {{t}}{suffix} order by 1, 2")

    def texts(self, table: str) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
        """A table's columns, and its rows as texts."""
        schema = self.table.split(".")[0]
        with self.double.client() as client:
            columns, dialect = client.fetch_columns(schema, table), client.dialect
            shown = [dialect.as_text(kind, dialect.name(name)) for name, kind in columns.items()]
            place = dialect.place(schema, table)
            return columns, client.fetch(f"select {', '.join(shown)} from {place} order by 1, 2")

    def state(self) -> dict[str, Any]:
        """All that must be the same after a kill and another run, load ids told by their order."""
        ids = {load_id: at for at, (load_id, _) in enumerate(self.ops("loads", "load_id, 0"))}
        schema, name = self.table.split(".")
        columns, rows = self.texts(name)
        inner, children = self.texts(f"{name}__items")
        left = [at for at, one in enumerate(inner) if one not in ("_load_id", "_loaded_at")]
        with self.double.client() as client:
            tables = client.fetch_tables(schema)
            commits = client.fetch(
                f"select load_id, state from {schema}._elt_commits where state <> 'void' order by 1"
            )
        at = list(columns).index("_load_id")
        return {
            "rows": [(*row[:at], ids[int(row[at])], *row[at + 1 :]) for row in rows],
            "columns": columns,
            "children": sorted(tuple(row[at] for at in left) for row in children),
            **fetch_books(self),
            "tables": tables,
            "commits": [(ids[load_id], state) for load_id, state in commits],
        }


def build_remote_case(url: str, double: Double, tenant: str, declared: Any = None) -> RemoteCase:
    """Of a tenant whose name is given, because another process must know it."""
    stream = Stream.model_validate(declared or SWEPT)
    return RemoteCase(url, stream, tenant, double=double)
