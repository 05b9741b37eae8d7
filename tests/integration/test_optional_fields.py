"""One record that lacks an optional field must not stop a tenant's marts.

Of every stream of every connector one record with all its fields, and one for each field that is
not its key, without that field: what vendors mark optional is a part of these, whoever reads their
specification how strictly. One build of all models holds them all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest

from include.config.connector_spec import Column, Stream
from include.core import naming
from include.transform.selection import build_exclusion
from tests.integration import dbt_project
from tests.integration.test_dbt_unit import VARIABLES as OF_ALL

TENANT = "sparse"
CONNECTORS = sorted(n for n, c in dbt_project.connectors().items() if c.streams)
VARIABLES = OF_ALL | {"tenant": TENANT}
WHOLE = "1"
# What a record says where its column is no word of a list. Amounts in minor units are whole, too.
TOLD: dict[str, Any] = {
    "text": WHOLE, "int": 1, "bigint": 1, "numeric": 1, "float": 1, "bool": True,
    "timestamp": "2026-01-02T12:00:00+00:00", "date": "2026-01-02", "json": {},
}  # fmt: skip
# Words that decide which way a record goes, where connector.yaml has no list of them.
WORDS = {
    "currency": "usd", "currency_code": "USD", "kind": "SALE", "reporting_category": "charge",
    "event_name": "purchase", "type": "charge", "docstatus": 1, "is_return": 0,
    "is_credit_note": False, "livemode": True, "is_test": False, "test": False,
    "is_deleted": False, "is_cancelled": 0, "is_opening": "No", "amount_type": "Actual",
}  # fmt: skip

Connection = psycopg.Connection[Any]


def tell(stream: Stream | None, name: str, column: Column) -> Any:
    """A plausible value of a column: a word of its list, of ours, else by its type."""
    for check in stream.checks if stream else ():
        if getattr(check, "column", None) == name and getattr(check, "values", None):
            return next(iter(check.values))
    value = WORDS.get(name, TOLD.get(column.type, WHOLE))
    matches = isinstance(value, str) == (column.type == "text") or column.type == "date"
    return value if matches or name not in WORDS else TOLD.get(column.type, WHOLE)


def build_key(columns: Mapping[str, Column], key: tuple[str, ...], number: int) -> dict[str, Any]:
    """Key values of one record; its last text or number column tells records apart."""
    row = {name: TOLD.get(columns[name].type, WHOLE) for name in key}
    apart = [name for name in key if columns[name].type in ("text", "int", "bigint")]
    if apart:
        last = apart[-1]
        row[last] = f"{number}" if columns[last].type == "text" else number
    return row


def run_fill(connection: Connection, connector: str, name: str, stream: Stream) -> int:
    """All records of a stream and of its children; how many fields were left out."""
    key, left_out = stream.primary_key, 0
    whole = {column: tell(stream, column, spec) for column, spec in stream.columns.items()}
    missing = [None, *(column for column in stream.columns if column not in key)]
    for number, column in enumerate(missing, start=1):
        row = whole | build_key(stream.columns, key, number)
        if column:
            row[column] = None
            left_out += 1
        dbt_project.run_insert(connection, TENANT, connector, name, [row])
    parents = {naming.parent_key_column(k): v for k, v in build_key(stream.columns, key, 1).items()}
    for child, spec in stream.children.items():
        element = {column: tell(None, column, of) for column, of in spec.columns.items()}
        for position, column in enumerate([None, *spec.columns]):
            row = element | parents | {naming.POSITION: position}
            # An element of a list has an id of its own where it has one.
            row |= {"id": f"{child}{position}"} if element.get("id") == WHOLE else {}
            if column:
                row[column] = None
                left_out += 1
            table = naming.child_table(name, child)
            dbt_project.run_insert(connection, TENANT, connector, table, [row])
    return left_out


@pytest.fixture(scope="module")
def results(
    warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, dict[str, Any]]]:
    """Results of one build by unique id; a failed test of severity error fails the call."""
    left_out = 0
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, sorted(dbt_project.connectors()))
        for connector in CONNECTORS:
            for name, stream in dbt_project.connectors()[connector].streams.items():
                left_out += run_fill(connection, connector, name, stream)
    assert left_out > 1500
    exclusion = ("--exclude", *build_exclusion())
    target = tmp_path_factory.mktemp("target")
    yield dbt_project.run_dbt(warehouse, target, "build", *exclusion, variables=VARIABLES)


def test_every_model_is_built(results: dict[str, dict[str, Any]]) -> None:
    """A `not_null` on what a vendor may leave out skipped every mart below it."""
    stopped = {n: r["status"] for n, r in results.items() if r["status"] not in ("success", "pass")}
    assert set(stopped.values()) <= {"warn"}, stopped
    assert sum(name.startswith("model.") for name in results) > 400


def test_records_reach_the_marts(results: dict[str, dict[str, Any]], warehouse: str) -> None:
    """Else the build would prove as much as one of empty tables."""
    assert results
    wanted = {"fct_orders": 60, "fct_payments": 30, "fct_deals": 20, "fct_quotes": 30}
    wanted |= {"fct_activities": 40, "fct_ad_reports": 5, "dim_customers": 40}
    with psycopg.connect(warehouse) as connection:
        for mart, least in wanted.items():
            [(count,)] = dbt_project.fetch(connection, f"select count(*) from sparse_mart.{mart}")
            assert count >= least, mart
