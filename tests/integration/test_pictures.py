"""Pictures of marts: of rows as PostgreSQL gives them, and of what is not there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.pictures.__main__ import run_save
from tests.pictures.marts import PICTURES, build_pictures, draw_cohorts, fetch_rows


@pytest.fixture
def marts(warehouse: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with psycopg.connect(warehouse, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def test_a_mart_that_is_not_there_costs_its_own_picture(
    warehouse: str, marts: psycopg.Connection[dict[str, Any]], tmp_path: Path
) -> None:
    marts.execute("create schema if not exists acme_mart")
    marts.execute(
        "create table acme_mart.fct_revenue_daily as "
        "select date '2026-01-02' as revenue_on, 'shopify' as source_connector, "
        "12.5::numeric as revenue_amount, 'USD' as currency_code"
    )
    found = dict(build_pictures(warehouse))
    assert set(found) == {picture.name for picture in PICTURES}
    assert found["cohorts"] == "acme_mart.agg_cohort_retention is not there"
    assert found["stock_differences"] == "corner_mart.agg_stock_differences is not there"
    chart = found["revenue_by_source"]
    assert not isinstance(chart, str)
    written = run_save(chart, tmp_path, "revenue")
    assert [path.suffix for path in written] == [".png", ".svg"]
    assert written[0].read_bytes().startswith(b"\x89PNG")
    assert "shopify" in written[1].read_text()
    marts.execute("delete from acme_mart.fct_revenue_daily")
    (revenue,) = [one for one in PICTURES if one.name == "revenue_by_source"]
    assert fetch_rows(marts, revenue) == "acme_mart.fct_revenue_daily is empty"


def test_a_column_a_mart_has_not_is_an_error_not_a_missing_picture(
    warehouse: str, marts: psycopg.Connection[dict[str, Any]]
) -> None:
    """A picture that asked for a wrong column was left out with a word nobody read."""
    marts.execute("create schema if not exists acme_mart")
    marts.execute("create table acme_mart.agg_cohort_retention (other int)")
    with pytest.raises(psycopg.errors.UndefinedColumn, match="cohort_month_on"):
        list(build_pictures(warehouse))


def test_a_cohort_shows_its_share(tmp_path: Path) -> None:
    rows = [{"cohort": "2026-01", "months_since_first": 1, "rate": 0.25}]
    svg = run_save(draw_cohorts(rows), tmp_path, "cohorts")[1].read_text()
    assert "25%" in svg
