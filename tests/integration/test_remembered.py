"""Row by row or all at once: after any history a remembered model has what a full build has."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.transform.variables import build_manifest_vars
from tests.integration import dbt_project

TENANT = "memo"
VARIABLES = {**build_manifest_vars({}), "tenant": TENANT}
MODEL, ORIGIN = "int_touchpoints__cleaned", "int_touchpoints__unioned"
HERE, THERE = f"{TENANT}_int.{MODEL}", f"{TENANT}_int.{ORIGIN}"
IDS = [f"t{number}" for number in range(40)]
CHANGES, ROUNDS, SEED = 7, 12, 5
PUT = f"""
insert into {THERE} (
    touchpoint_id, source_connector, touch_kind, traffic_source, traffic_medium, landing_url,
    referrer_url, is_deleted, touched_on, touched_at, _feed, _load_id
) values (
    %s, 'shop', 'order_session', %s, %s, %s, %s, %s, '2026-03-01', '2026-03-01 12:00Z', 'f', %s
)
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def rows(warehouse: str, target: Path) -> Iterator[psycopg.Connection[Any]]:
    """The relation the model is made of, and both models built on nothing."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        build(warehouse, target, ORIGIN, MODEL)
        yield connection


def build(url: str, target: Path, *select: str, **more: Any) -> None:
    words = ("--select", *select, "--exclude", "resource_type:test", "resource_type:unit_test")
    full = ("--full-refresh",) if more.pop("full", False) else ()
    dbt_project.run_dbt(url, target, "build", *words, *full, variables={**VARIABLES, **more})


def contents(rows: psycopg.Connection[Any]) -> dict[str, tuple[str, str]]:
    """Key -> (the whole row, where it lies: another place is another making)."""
    query = f"select touchpoint_id, to_jsonb(t)::text, ctid::text from {HERE} as t"
    return {key: (row, place) for key, row, place in rows.execute(query).fetchall()}


def _rows(found: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {key: row for key, (row, _) in found.items()}


def change(rows: psycopg.Connection[Any], draw: random.Random, number: int) -> None:
    """A row comes, comes again otherwise, is marked deleted, or is gone without a word (erased)."""
    key = draw.choice(IDS)
    rows.execute(f"delete from {THERE} where touchpoint_id = %s", [key])
    if draw.random() < 0.2:
        return
    tag = draw.choice(("", "?utm_source=Spring&utm_medium=email", "?gclid=x1", "?fbclid=y"))
    page = draw.choice((None, "https://www.google.com/search", "https://news.example/a"))
    source = draw.choice((None, "google", "(direct)", "Brand"))
    medium = draw.choice((None, "cpc", "organic"))
    # A change that no load number tells: loads are taken back, rows filled back.
    load = draw.choice((1, 1, number))
    told = [key, source, medium, f"https://shop.example/{tag}", page, draw.random() < 0.1, load]
    rows.execute(PUT, told)


def test_after_any_history_it_is_what_a_full_build_makes(
    warehouse: str, rows: psycopg.Connection[Any], target: Path
) -> None:
    draw = random.Random(SEED)
    kept = 0
    for number in range(ROUNDS):
        before = contents(rows)
        for _ in range(draw.randint(0, CHANGES)):
            change(rows, draw, number)
        build(warehouse, target, MODEL)
        found = contents(rows)
        kept += sum(before.get(key) == row for key, row in found.items())
        build(warehouse, target, MODEL, full=True)
        wanted = contents(rows)
        assert _rows(found) == _rows(wanted)
    assert kept > len(IDS), "rows that nothing has changed were made anew"


def test_another_sql_makes_every_row_anew(
    warehouse: str, rows: psycopg.Connection[Any], target: Path
) -> None:
    """A tenant's variable or an edited macro changes what rows are, and no row of their origin."""
    rows.execute(f"truncate {THERE}")
    rows.execute(PUT, ["a", None, None, "https://shop.example/", None, False, 1])
    build(warehouse, target, MODEL)
    rows.execute(f"update {HERE} set traffic_source = 'made by other code'")
    build(warehouse, target, MODEL)
    query = f"select traffic_source from {HERE}"
    assert rows.execute(query).fetchall() == [("made by other code",)], "it was not made anew"
    rows.execute(f"comment on table {HERE} is 'made by other code'")
    build(warehouse, target, MODEL)
    assert rows.execute(query).fetchall() == [("(direct)",)]
