"""The fits against published numbers: CDNOW's 2357 customers of early 1997, as in the papers.

The data lies in the package Lifetimes, whose code is not imported: it is not kept up.
"""

import csv
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from include.transform.fits.likelihood import Floats
from include.transform.fits.purchasing import Histories, PurchaseModel, fit_purchases
from include.transform.fits.spending import SpendingModel, correlate, fit_spending

# Fader, Hardie, Lee (2005), table 2; time in weeks.
PAPER = PurchaseModel(r=0.243, alpha=4.414, a=0.793, b=2.426)


@pytest.fixture(scope="module")
def columns() -> dict[str, Floats]:
    """x, t_x, T (weeks) and zbar (dollars) of each customer, in the file's order."""
    found = find_spec("lifetimes")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "datasets" / "cdnow_customers_summary_with_transactions.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2357
    return {
        name: np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")
    }


@pytest.fixture(scope="module")
def histories(columns: dict[str, Floats]) -> Histories:
    return Histories(columns["x"], columns["t_x"], columns["T"])


@pytest.mark.parametrize("days", [1, 7])
def test_purchases_are_the_papers(histories: Histories, days: int) -> None:
    """In days as in weeks: rates scale with the unit of time, and nothing else does."""
    scaled = Histories(histories.frequency, histories.recency * days, histories.age * days)
    model = fit_purchases(scaled)
    assert model is not None
    found = (model.r, model.alpha / days, model.a, model.b)
    assert found == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.0006)


def test_values_are_the_papers(columns: dict[str, Floats]) -> None:
    """Fader, Hardie (2013), note 025: p 6.25, q 3.74, v 15.44 from the 946 who came back."""
    again = columns["zbar"] > 0
    assert int(again.sum()) == 946
    model = fit_spending(columns["x"][again], columns["zbar"][again])
    assert model is not None
    assert (model.p, model.q) == pytest.approx((6.25, 3.74), abs=0.006)
    assert model.v == pytest.approx(15.44, abs=0.01)


def test_a_customer_is_expected_to_buy_as_the_paper_says() -> None:
    """Section 4 of the paper: 1.226 purchases in 39 weeks of one who bought twice."""
    one = Histories(np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert PAPER.expect_purchases(one, 39)[0] == pytest.approx(1.226, abs=0.0005)
    assert PAPER.chance_alive(one)[0] == pytest.approx(0.7266, abs=0.0005)


def test_next_values_are_the_published_ones(columns: dict[str, Floats]) -> None:
    """The first ten customers of the package's own guide."""
    again = columns["zbar"] > 0
    model = fit_spending(columns["x"][again], columns["zbar"][again])
    assert model is not None
    published = [24.6586, 18.9115, 35.1710, 35.1710, 35.1710, 71.4629, 18.9115, 35.1710, 27.2824]
    found = model.expect_value(columns["x"], columns["zbar"])
    assert found[:9].tolist() == pytest.approx(published, abs=0.0002)
    assert correlate(columns["x"][again], columns["zbar"][again]) == pytest.approx(0.11, abs=0.01)


def test_expectations_are_the_published_formula_where_that_can_be_computed() -> None:
    """Ours is Euler's transformation of equation 10, which is written out here."""
    from scipy.special import hyp2f1

    x, recency, age, horizon = 7.0, 20.0, 38.86, 52.0
    r, alpha, a, b = PAPER.r, PAPER.alpha, PAPER.a, PAPER.b
    z = horizon / (alpha + age + horizon)
    series = hyp2f1(r + x, b + x, a + b + x - 1, z)
    top = 1 - ((alpha + age) / (alpha + age + horizon)) ** (r + x) * series
    bottom = 1 + a / (b + x - 1) * ((alpha + age) / (alpha + recency)) ** (r + x)
    wanted = (a + b + x - 1) / (a - 1) * top / bottom
    one = Histories(np.array([x]), np.array([recency]), np.array([age]))
    assert PAPER.expect_purchases(one, horizon)[0] == pytest.approx(wanted, rel=1e-9)


def test_a_buyer_of_a_thousand_times_has_an_expectation() -> None:
    """Equation 10 as published overflows here; a wholesale customer's number was not a number."""
    many = Histories(np.array([500.0, 3000.0]), np.array([38.5, 38.8]), np.array([38.86, 38.86]))
    found = PAPER.expect_purchases(many, 1)
    assert np.isfinite(found).all()
    assert found.tolist() == pytest.approx([500 / 43 * 0.9, 3000 / 43 * 0.9], rel=0.15)
    near_one = PurchaseModel(r=0.243, alpha=4.414, a=1.0, b=2.426)
    beside = PurchaseModel(r=0.243, alpha=4.414, a=1.0001, b=2.426)
    one = Histories(np.array([2.0]), np.array([30.43]), np.array([38.86]))
    wanted = beside.expect_purchases(one, 39)[0]
    assert near_one.expect_purchases(one, 39)[0] == pytest.approx(wanted, rel=1e-3)


def test_customers_who_are_all_alike_end_at_a_bound() -> None:
    """A subscription's customers all pay the same: no maximum inside, and yet an answer."""
    orders, mean = np.full(60, 4.0), np.full(60, 9.99)
    model = fit_spending(orders, mean)
    assert model is None or model.expect_value(orders, mean)[0] == pytest.approx(9.99, rel=0.01)
    assert correlate(orders, mean) is None
    assert not SpendingModel(p=2, q=0.9, v=1).has_mean
