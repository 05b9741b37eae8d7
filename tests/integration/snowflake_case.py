"""A stream whose rows go to the double of Snowflake and whose books stay in PostgreSQL."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from include.config.connector_spec import Stream
from include.core.streams import LoadResult, Page
from include.destinations.snowflake.client import SnowflakeClient, connect
from include.destinations.snowflake.destination import SnowflakeDestination
from include.ledger.connection import Warehouse
from include.load.loader import run_load
from tests.doubles.start_snowflake import build_double_login
from tests.integration.load_case import LoadCase
from tests.integration.two_stores_case import SWEPT, fetch_books


@dataclass
class SnowflakeCase(LoadCase):
    """`LoadCase` with the rows elsewhere."""

    port: int = 0

    @property
    def destination(self) -> SnowflakeDestination:
        return SnowflakeDestination(build_double_login(self.port))

    def load_pages(self, pages: Iterable[Page], **changes: Any) -> LoadResult:
        warehouse = Warehouse(self.url, tenant_roles=False)
        return run_load(warehouse, self.plan(**changes), pages, self.destination)

    @contextmanager
    def client(self) -> Iterator[SnowflakeClient]:
        with connect(self.destination.login, "test") as client:
            yield client

    def there(self, statement: str) -> list[tuple[Any, ...]]:
        with self.client() as client:
            return client.fetch(statement.format(t=self.table))

    def rows(self, columns: str = "*", suffix: str = "") -> list[tuple[Any, ...]]:
        # The double's null instants arrive as 1970: tests ask for texts.
        return self.there(f"select {columns} from {{t}}{suffix} order by 1, 2")

    def state(self) -> dict[str, Any]:
        """All that must be the same after a kill and another run, load ids told by their order."""
        ids = {load_id: at for at, (load_id, _) in enumerate(self.ops("loads", "load_id, 0"))}
        schema = self.table.split(".")[0]
        with self.client() as client:
            columns = client.fetch_columns(*self.table.split("."))
            shown = [client.dialect.as_text(kind, f'"{c.upper()}"') for c, kind in columns.items()]
            rows = client.fetch(f"select {', '.join(shown)} from {self.table} order by 1, 2")
            tables = client.fetch_tables(schema)
            children = client.fetch(
                "select _parent_id, sku, quantity, _position, to_json(_extra), _feed "
                f"from {self.table}__items order by 1, 4"
            )
            commits = client.fetch(
                f"select load_id, state from {schema}._elt_commits where state <> 'void' order by 1"
            )
        at = list(columns).index("_load_id")
        return {
            "rows": [(*row[:at], ids[int(row[at])], *row[at + 1 :]) for row in rows],
            "columns": columns,
            "children": children,
            **fetch_books(self),
            "tables": tables,
            "commits": [(ids[load_id], state) for load_id, state in commits],
        }  # fmt: skip


def build_snowflake_case(url: str, port: int, tenant: str, declared: Any = None) -> SnowflakeCase:
    """Of a tenant whose name is given, because another process must know it."""
    stream = Stream.model_validate(declared or SWEPT)
    return SnowflakeCase(url, stream, tenant, port=port)
