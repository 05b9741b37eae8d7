"""One record that lacks an optional field must not stop a tenant's marts.

Of every stream of every connector one record with all its fields, and one for each field that is
not its key, without that field: what vendors mark optional is a part of these, whoever reads their
specification how strictly. One build of all models holds them all.
"""

from collections.abc import Iterable, Iterator, Mapping
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
    "master_record_id": "2",
}  # fmt: skip

Connection = psycopg.Connection[Any]


# An element's own id, which every vendor promises of what stands in a record.
PROMISED = {"id", "action_type"}
# ERPNext's documents are called so, their rows, too.
PROMISED_BY = {"erpnext": {"name"}}
# Another record that belongs to one of these only.
OWN = {"inventory_item_id"}


def tell(streams: Mapping[str, Stream], checks: Iterable[Any], name: str, column: Column) -> Any:
    """A plausible value of a column: a word of its list, another record's id, ours, its type's."""
    for check in checks:
        if getattr(check, "column", None) == name and getattr(check, "values", None):
            return next(iter(check.values))
    if column.type != "text":
        value = WORDS.get(name)
        fits = not isinstance(value, str) and value is not None
        return value if fits else TOLD.get(column.type, WHOLE)
    plural = name.removesuffix("_id") + "s"
    if plural in streams:
        return f"{plural} 1"
    word = WORDS.get(name, WHOLE)
    return word if isinstance(word, str) else WHOLE


def build_key(name: str, stream: Stream, number: int) -> dict[str, Any]:
    """Key values of one record: ids are a vendor's own, so no two streams share one."""
    columns = stream.columns
    row = {key: TOLD.get(columns[key].type, WHOLE) for key in stream.primary_key}
    apart = [k for k in stream.primary_key if columns[k].type in ("text", "int", "bigint")]
    if apart:
        row[apart[-1]] = f"{name} {number}" if columns[apart[-1]].type == "text" else number
    return row


def run_fill(connection: Connection, connector: str, name: str) -> int:
    """All records of a stream and of its children; how many fields were left out."""
    streams = dbt_project.connectors()[connector].streams
    stream, left_out = streams[name], 0
    whole = {c: tell(streams, stream.checks, c, of) for c, of in stream.columns.items()}
    missing = [None, *(c for c in stream.columns if c not in stream.primary_key)]
    for number, column in enumerate(missing, start=1):
        row = whole | {own: f"{own} {number}" for own in OWN & whole.keys()}
        row |= build_key(name, stream, number)
        if column:
            row[column] = None
            left_out += 1
        dbt_project.run_insert(connection, TENANT, connector, name, [row])
    base = build_key(name, stream, 1)
    parents = {naming.parent_key_column(key): value for key, value in base.items()}
    for child, spec in stream.children.items():
        element = {c: tell(streams, (), c, of) for c, of in spec.columns.items()}
        promised = (PROMISED | PROMISED_BY.get(connector, set())) & spec.columns.keys()
        for position, column in enumerate([None, *sorted(spec.columns.keys() - promised)]):
            row = element | parents | {naming.POSITION: position}
            row |= dict.fromkeys(promised, f"{child} {position}")
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
            for name in dbt_project.connectors()[connector].streams:
                left_out += run_fill(connection, connector, name)
    assert left_out > 1500
    # Staging and what unites it: the rest reads only what these made of a record.
    select = ("--select", "path:models/staging", "int_*__unioned", "--exclude", *build_exclusion())
    asked = (*select, "--indirect-selection", "cautious")
    target = tmp_path_factory.mktemp("target")
    yield dbt_project.run_dbt(warehouse, target, "build", *asked, variables=VARIABLES)


def test_every_model_is_built(results: dict[str, dict[str, Any]]) -> None:
    """A `not_null` on what a vendor may leave out skipped every mart below it."""
    stopped = {n: r["status"] for n, r in results.items() if r["status"] not in ("success", "pass")}
    assert set(stopped.values()) <= {"warn"}, stopped
    assert sum(name.startswith("model.") for name in results) > 200


def test_records_are_united(results: dict[str, dict[str, Any]], warehouse: str) -> None:
    """Else the build would prove as much as one of empty tables."""
    assert results
    with psycopg.connect(warehouse) as connection:
        [(count,)] = dbt_project.fetch(
            connection, "select count(*) from sparse_int.int_orders__unioned"
        )
    assert count > 10
