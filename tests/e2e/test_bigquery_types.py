"""Google's own analyser reads every statement for BigQuery: names, types and functions.

It starts slowly (half a minute of computing), so it is not among the quick tests.
"""

from typing import Any

import pytest
from zetasql.api import Analyzer, CatalogBuilder, TableBuilder
from zetasql.core.exceptions import ServerError
from zetasql.types import (
    AnalyzerOptions,
    LanguageOptions,
    ProductMode,
    TypeKind,
    ZetaSQLBuiltinFunctionOptions,
)

from include.core import naming
from include.destinations.bigquery.dialect import BigQueryDialect
from include.destinations.changes import build_wanted
from include.destinations.remote.spool import staged_columns
from include.destinations.remote.statements import VERDICT
from include.destinations.remote.tables import COMMITS, COUNTS
from tests.unit.remote_statements import build_all, build_orders

ALL = build_all(BigQueryDialect())
SCHEMA = "`acme_raw_shop`."


def _build_tables() -> dict[str, dict[str, str]]:
    """Table -> column -> type, as a load finds them."""
    layout, dialect = build_orders(), BigQueryDialect()
    lineage = {naming.EXTRA: "json", naming.FEED: "text", naming.LOAD_ID: "bigint"}
    lineage |= {naming.LOADED_AT: "timestamp", naming.DELETED_AT: "timestamp"}
    tables = {}
    for table in layout.tables:
        stored = {**build_wanted(layout, table), **lineage, naming.POSITION: "bigint"}
        tables[table.name] = {name: dialect.types[kind] for name, kind in stored.items()}
        staged = staged_columns(layout, table)
        tables[f"_stg_7_s_{table.name}"] = {n: dialect.staged[kind] for n, kind in staged.items()}
    parent = layout.parent
    typed = {n: dialect.types[kind] for n, kind in staged_columns(layout, parent).items()}
    tables["_stg_7_v_orders"] = {**typed, VERDICT: "STRING"}
    tables |= {f"_stg_7_{kind}_orders": {"k0": "STRING", "version": "STRING"} for kind in "crd"}
    commits = {"load_id": "INT64", "state": "STRING", "written_at": "TIMESTAMP"}
    tables[COMMITS] = {**commits, **dict.fromkeys(COUNTS, "INT64"), "child_rows": "STRING"}
    return tables


@pytest.fixture(scope="module")
def analyser() -> Any:
    language = LanguageOptions.maximum_features()
    language.product_mode = ProductMode.PRODUCT_EXTERNAL
    builtin = ZetaSQLBuiltinFunctionOptions(language_options=language)
    catalog = CatalogBuilder("warehouse").with_builtin_functions(builtin)
    for name, columns in _build_tables().items():
        table = TableBuilder(name)
        for column, kind in columns.items():
            table.add_column(column, getattr(TypeKind, f"TYPE_{KINDS.get(kind, kind)}"))
        catalog.add_table(table.build())
    return Analyzer(AnalyzerOptions(language_options=language), catalog.build())


KINDS = {"BIGNUMERIC": "BIGNUMERIC", "FLOAT64": "DOUBLE"}


@pytest.mark.parametrize("what", list(ALL))
def test_a_statement_means_something_there(analyser: Any, what: str) -> None:
    analyser.analyze_statement(ALL[what].replace(SCHEMA, ""))


@pytest.mark.parametrize(
    "broken",
    [
        "update `orders` as t set `amount` = s.`amount` from `_stg_7_s_orders` as s where true",
        "select concat_ws('-', `order`) from `orders`",
        "select cast(`amount` as text) from `orders`",
        "select `gone` from `orders`",
    ],
)
def test_it_refuses_what_the_service_would(analyser: Any, broken: str) -> None:
    """A staged number is a text, and doubles know functions and types that are not BigQuery's."""
    with pytest.raises(ServerError):
        analyser.analyze_statement(broken)
