"""What a defect costs: 1, 5 and 20 % of the rows, planted in each dimension."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from include.config.models import Feed
from include.ledger.connection import Warehouse
from include.ledger.trust import check_results as store
from include.quality.check import Status
from tests.integration.declared_case import ROWS, open_shop, plant, run_orders


@pytest.fixture
def shop(warehouse: str) -> Iterator[tuple[Warehouse, Feed]]:
    yield from open_shop(warehouse)


# The first so many of one order: what was planted before is planted again, and more.
SOME = "(select id from {schema}.orders where id like 'o%' order by md5(id) limit {rows})"
WITHIN = f"update {{schema}}.orders set {{}} where id in {SOME}"
SPENT = "update {schema}.customers set spent = (select sum(total) / 40 from {schema}.orders)"
BOOKS = (
    "update elt_ops.loads set read = (select count(*) from {schema}.orders), "
    "inserted = (select count(*) from {schema}.orders) where feed = 'feed'"
)
# Dimension and check -> what plants it in some of the rows.
PLANTED = {
    ("completeness", "email_not_null"): [WITHIN.replace("{}", "email = null")],
    ("uniqueness", "number_unique"): [WITHIN.replace("{}", "number = 'n1'")],
    ("uniqueness", "email_total_changed_at_duplicates"): [
        "insert into {schema}.orders select 'again' || id, email, customer_id, state, total, "
        "currency, 'again' || number, zip, changed_at, _feed, _load_id, _loaded_at, _deleted_at "
        f"from {{schema}}.orders where id in {SOME} on conflict do nothing", SPENT, BOOKS,
    ],
    ("validity", "state_accepted"): [WITHIN.replace("{}", "state = 'lost'")],
    ("validity", "total_range"): [WITHIN.replace("{}", "total = -10"), SPENT],
    ("validity", "zip_pattern"): [WITHIN.replace("{}", "zip = '8033l'")],
    ("consistency", "currency_mixed"): [WITHIN.replace("{}", "currency = 'EUR'")],
    ("integrity", "customer_id_refers_to"): [WITHIN.replace("{}", "customer_id = 'gone'")],
    ("volume", "changed_at_every_day"): [
        "delete from {schema}.orders where changed_at >= '2026-10-15' and changed_at < "
        "timestamptz '2026-10-15' + {days} * interval '1 day'", SPENT, BOOKS,
    ],
}  # fmt: skip


def _fetch_score(house: Warehouse, feed: Feed) -> tuple[float, list[dict[str, Any]]]:
    with house.connect() as connection:
        rows = store.fetch_table_scores(connection, feed.tenant.id)
    (row,) = (one for one in rows if one["stream"] == "orders")
    return float(row["score"]), row["reasons"]


@pytest.mark.parametrize(("dimension", "name"), PLANTED, ids=lambda one: one)
def test_the_score_falls_with_what_is_planted_and_names_it(
    shop: tuple[Warehouse, Feed], dimension: str, name: str
) -> None:
    """1, 5 and 20 % of the rows: one number shared by all was one bad row, and cost nothing."""
    house, feed = shop
    run_orders(house, feed)
    last, _ = _fetch_score(house, feed)
    assert last == 100.0
    for share in (0.01, 0.05, 0.20):
        rows, days = round(ROWS * share), max(1, round(20 * share))
        for one in PLANTED[dimension, name]:
            plant(house, feed, one.replace("{rows}", str(rows)).replace("{days}", str(days)))
        found = run_orders(house, feed)
        score, reasons = _fetch_score(house, feed)
        assert found[name].status is Status.FAILED
        touched = max(share, 0.05) if "every_day" in name else share
        # Within a fifth and half a point: what is doubled is a share of more rows.
        assert abs((100 - score) - 80 * touched) <= 16 * touched + 0.5, (share, score, reasons)
        assert score <= last
        assert (reasons[0]["dimension"], reasons[0]["check"]) == (dimension, name)
        last = score


def test_what_is_late_costs_by_the_hours(shop: tuple[Warehouse, Feed]) -> None:
    """A load late by an hour cost as much as one late by a month; a week is everything."""
    house, feed = shop[0], replace(shop[1], schedule="5 4 * * *")
    last = 100.0
    for share in (0.01, 0.05, 0.20, 0.60):
        late = (
            "update elt_ops.loads set finished_at = timestamptz '2026-11-01 12:00Z' "
            f"- interval '26 hours' - {share} * interval '7 days' where feed = 'feed'"
        )
        plant(house, feed, late)
        run_orders(house, feed)
        score, reasons = _fetch_score(house, feed)
        assert 80 * share - 0.1 <= 100 - score <= 100 * share + 0.2, (share, score)
        assert score < last
        assert reasons[0]["dimension"] == "timeliness"
        assert reasons[0]["check"].startswith("freshness")
        last = score


# Check -> what plants a share of it; each is judged alone, for one plant touches several checks.
SHARES = {
    "changed_at_fresh": "update {schema}.orders set changed_at = least(changed_at, "
    "timestamptz '2026-10-31 06:00Z' - {share} * interval '7 days')",
    "total_sum": "update {schema}.customers set spent = "
    "(select sum(total) / 40 from {schema}.orders) / (1 + {share})",
    "row_count": "delete from {schema}.orders where ctid not in "
    "(select ctid from {schema}.orders limit 100 * (1 - {share}))",
}


@pytest.mark.parametrize("name", SHARES)
def test_a_check_of_a_whole_table_says_how_much_it_touches(
    shop: tuple[Warehouse, Feed], name: str
) -> None:
    """A sum wrong by a cent and one wrong by a fifth cost 5 points each."""
    house, feed = shop
    for share in (0.01, 0.05, 0.20):
        plant(house, feed, SHARES[name].replace("{share}", str(share)))
        found = run_orders(house, feed)[name]
        assert found.status is Status.FAILED
        assert found.share is not None
        assert 0.88 * share <= found.share <= 1.01 * share


def test_rows_beside_the_ledger_cost_their_share(shop: tuple[Warehouse, Feed]) -> None:
    """One row too many in a thousand cost 25 points, as all of them would have."""
    house, feed = shop
    plant(house, feed, f"delete from {{schema}}.orders where id in {SOME.replace('{rows}', '60')}")
    run_orders(house, feed)
    _, reasons = _fetch_score(house, feed)
    (lost,) = (float(one["points"]) for one in reasons if one["check"] == "rows_match_ledger")
    assert 4 < lost <= 5
