"""Models that are made row by row (macros/materializations/remembered): which may be."""

import re

import pytest
from sqlglot import exp

from tests.contract.dbt_models import MODELS, DbtModel

CONFIG = re.compile(r"materialized='remembered', made_of='(\w+)', row_key='(\w+)'")
REMEMBERED = {name: found for name, m in MODELS.items() if (found := CONFIG.search(m.code))}
# Their answer is another one tomorrow, or for the same row again.
UNSTEADY = re.compile(r"\b(now|random|current_\w+|clock_timestamp|gen_random_uuid|nextval)\b")


def test_something_was_found() -> None:
    assert REMEMBERED
    written = {name for name, model in MODELS.items() if "remembered" in model.code}
    assert written == set(REMEMBERED), "a config that the rules below do not read"


@pytest.mark.parametrize("name", REMEMBERED)
def test_each_row_is_made_of_one_row_and_of_nothing_else(name: str) -> None:
    """A window, a sum or a second table would leave rows as they were that it would change."""
    model, (origin, key) = MODELS[name], REMEMBERED[name].groups()
    assert set(re.findall(r"\b(?:ref|source)\('([^)]*)'\)", model.code)) == {origin}
    assert (
        model.statement.find(exp.Window, exp.AggFunc, exp.Group, exp.SetOperation, exp.Join) is None
    )
    assert not UNSTEADY.search(model.statement.sql("postgres").lower())
    assert key in model.selected
    assert is_key(model, key) and is_key(MODELS[origin], key)


def is_key(model: DbtModel, column: str) -> bool:
    tests = {name for on, name, _ in model.data_tests() if on == column}
    return "is_row_key" in tests
