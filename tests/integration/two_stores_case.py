"""A stream whose rows go to a DuckDB file and whose books stay in PostgreSQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from include.config.connector_spec import Stream
from include.core.streams import LoadResult, Page
from include.ledger.connection import Warehouse
from include.load.loader import run_load
from tests.integration.duckdb_destination import DuckDestination
from tests.integration.load_case import ORDERS, LoadCase

SWEPT = ORDERS | {"sweep": "all", "sweep_limit_share": 1.0}


@dataclass
class TwoStoresCase(LoadCase):
    """`LoadCase` with the rows elsewhere; the file is opened for every question anew."""

    file: Path = Path()

    def load_pages(self, pages: Iterable[Page], **changes: Any) -> LoadResult:
        warehouse = Warehouse(self.url, tenant_roles=False)
        return run_load(warehouse, self.plan(**changes), pages, DuckDestination(self.file))

    def there(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.file)) as connection:
            connection.execute("set time zone 'UTC'")
            return connection.execute(statement.format(t=self.table), list(values)).fetchall()

    def rows(self, columns: str = "*", suffix: str = "") -> list[tuple[Any, ...]]:
        return self.there(f"select {columns} from {{t}}{suffix} order by all")

    def state(self) -> dict[str, Any]:
        """All that must be the same after a kill and another run, load ids told by their order."""
        ids = {load_id: at for at, (load_id, _) in enumerate(self.ops("loads", "load_id, 0"))}
        rows = self.there("select * from {t}")
        names = self.there("select column_name from (describe {t}) order by 1")
        at = [n for n, *_ in self.there("select column_name from (describe {t})")].index("_load_id")
        tables = self.there("select table_name from information_schema.tables order by 1")
        commits = self.there("select load_id, state from " + self.table.split(".")[0]
                             + "._elt_commits where state <> 'void' order by 1")  # fmt: skip
        return {
            "rows": sorted(((*r[:at], ids[r[at]], *r[at + 1 :]) for r in rows), key=repr),
            "columns": names,
            "children": self.there(
                "select * exclude (_load_id, _loaded_at) from {t}__items order by all"
            ),
            **fetch_books(self),
            "tables": [name for (name,) in tables],
            "commits": [(ids[load_id], state) for load_id, state in commits],
        }  # fmt: skip


def fetch_books(case: LoadCase) -> dict[str, Any]:
    """What the books say of the case's loads, whatever store its rows are in."""
    return {
        "books": case.ops(
            "loads", "kind, state, read, inserted, updated, unchanged, quarantined, filtered, "
            "deleted, child_rows, cursor_before, cursor_after, part, is_last, delivered",
        ),
        "balance": case.query(
            "select count(*) from elt_ops.loads where tenant = %s and "
            "read <> inserted + updated + unchanged + quarantined + filtered", case.tenant
        ),
        "quarantine": case.ops("quarantine", "record_key, reason, state, seen_count, payload"),
        "changes": case.ops("schema_changes", "table_name, column_name, change"),
        "cursor": case.ops("cursors", "stream, value"),
        "files": case.ops("files", "path, content_hash"),
        "open": case.ops("open_loads") + case.ops("open_rejects"),
    }  # fmt: skip


def build_two_stores(url: str, file: Path, tenant: str, declared: Any = None) -> TwoStoresCase:
    """Of a tenant whose name is given, because another process must know it."""
    stream = Stream.model_validate(declared or SWEPT)
    return TwoStoresCase(url, stream, tenant, file=file)
