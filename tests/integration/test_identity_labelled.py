"""Public labelled sets against the engine as a tenant gets it: defaults, nothing tuned to a set.

F1 is of pairs, over the whole clustering: a wrong join costs every pair it makes.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

import duckdb
import pyarrow as pa

from include.identity.resolve import run_resolve
from include.identity.settings import IdentitySettings
from tests.integration import labelled_sets
from tests.unit.identity.identity_case import open_database

Pairs = set[frozenset[str]]


def _all_pairs(groups: Iterable[list[str]]) -> Pairs:
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def _found(db: duckdb.DuckDBPyConnection) -> Pairs:
    rows = db.execute("select list(record_id) from resolved group by entity_id").fetchall()
    return _all_pairs(row[0] for row in rows)


def f1_of(found: Pairs, true: Pairs) -> float:
    return 2 * len(found & true) / (len(found) + len(true))


def test_f1_counts_both_errors() -> None:
    right, other = frozenset("ab"), frozenset("cd")
    assert f1_of({right}, {right}) == 1
    assert f1_of({right, other}, {right}) == f1_of({right}, {right, other}) == 2 / 3


def resolve_febrl(*names: str) -> tuple[Pairs, Pairs]:
    """(found, true) of the people in these files."""
    rows = [row for name in names for row in labelled_sets.febrl_people(name)]
    numbers = [
        {"record_id": row["record_id"], "key_kind": "tax_id", "value": row.pop("tax_id")}
        for row in rows
    ]
    db = open_database()
    db.register("incoming", pa.Table.from_pylist(rows))
    db.register("numbers", pa.Table.from_pylist(numbers))
    db.execute(
        "insert into records by name select * exclude (birth),"
        " try_strptime(birth, '%Y%m%d')::date as birth_date from incoming"
    )
    db.execute("insert into record_keys by name select * from numbers where value is not null")
    groups = defaultdict(list)
    for row in rows:
        groups[labelled_sets.febrl_entity(str(row["record_id"]))].append(str(row["record_id"]))
    run_resolve(db, "people", IdentitySettings(region="AU"))
    return _found(db), _all_pairs(groups.values())


def test_febrl_3_many_duplicates_of_one_person() -> None:
    assert f1_of(*resolve_febrl("dataset3")) >= 0.99


def test_febrl_4_two_files_linked() -> None:
    assert f1_of(*resolve_febrl("dataset4a", "dataset4b")) >= 0.99


def test_restaurants_of_two_guides() -> None:
    rows, true = labelled_sets.restaurants()
    db = open_database()
    db.register("incoming", pa.Table.from_pylist(rows))
    db.execute("insert into records by name select * from incoming")
    run_resolve(db, "companies", IdentitySettings())
    assert f1_of(_found(db), true) >= 0.97


def test_publications_of_two_libraries() -> None:
    """Only some pairs are labelled: F1 is of those, in a clustering of all 4,910 papers."""
    rows, labels = labelled_sets.publications()
    db = open_database()
    db.register("incoming", pa.Table.from_pylist(rows))
    db.execute("insert into records by name select * from incoming")
    run_resolve(db, "companies", IdentitySettings())
    true = {pair for pair, is_one in labels.items() if is_one}
    assert (len(labels), len(true)) == (415, 231)
    assert f1_of(_found(db) & set(labels), true) >= 0.96
