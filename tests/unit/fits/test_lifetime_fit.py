"""What is predicted of a currency's customers, and when nothing is."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from include.transform.fits import likelihood
from include.transform.fits.lifetime import HORIZON_DAYS, build_lifetimes
from include.transform.fits.registry import FITS, LIFETIME_MODELS, LIFETIME_PREDICTIONS, PURCHASES

FIRST = date(2024, 1, 1)
Row = tuple[str, str, date, float]


def build_shop(people: int, *, days: int = 720, currency: str = "USD", seed: int = 7) -> list[Row]:
    """Purchases as the models believe them to happen: rates differ, people leave, values vary."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(people):
        day = int(chance.integers(0, days // 2))
        rate, leaves = chance.gamma(1.2, 1 / 40), chance.beta(1.0, 6.0)
        typical = 60 / chance.gamma(4.0)
        bought: set[int] = set()
        while day <= days:
            if day not in bought:
                bought.add(day)
                value = round(float(chance.gamma(5.0, typical)), 2) + 0.01
                rows.append((f"per_{number:04}", currency, FIRST + timedelta(days=day), value))
            if chance.random() < leaves:
                break
            day += 1 + int(chance.exponential(1 / rate))
    return [*rows, ("per_last", currency, FIRST + timedelta(days=days), 25.0)]


def build_regulars(*days: int, step: float = 0.0) -> list[Row]:
    """150 people who all buy on these days; each pays `step` more than the one before."""
    return [
        (f"per_{number}", "USD", FIRST + timedelta(days=day), 5.0 + number * step)
        for number in range(150)
        for day in days
    ]


def build_table(rows: list[Row]) -> pa.Table:
    return pa.table(dict(zip(PURCHASES.columns, map(list, zip(*rows, strict=True)), strict=True)))


def test_a_shop_with_enough_customers_is_predicted_and_judged() -> None:
    rows = build_shop(600)
    (model,), predictions = build_lifetimes(build_table(rows))
    assert model["prediction_status"] == "predicted"
    assert model["observed_until"] == FIRST + timedelta(days=720)
    assert model["customers"] == len(predictions) == len({row[0] for row in rows})
    assert abs(float(str(model["holdout_error"]))) < 0.15
    assert abs(float(str(model["holdout_amount_error"]))) < 0.25
    assert {"r", "alpha", "a", "b", "p", "q", "v"} <= model.keys()


@pytest.mark.parametrize("seed", range(12))
def test_an_ordinary_shop_is_not_refused_for_the_last_digit(seed: int) -> None:
    """One in a dozen was `no_fit`: the search had arrived, and called its last step abnormal."""
    (model,), _ = build_lifetimes(build_table(build_shop(300 + 10 * seed, seed=seed)))
    assert model["prediction_status"] == "predicted"


def test_where_the_score_is_level_the_search_has_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    answer: dict[str, object] = {"success": False, "fun": -2.0}
    monkeypatch.setattr(likelihood, "minimize", lambda *_, **__: SimpleNamespace(**answer))

    def ends(at: list[float], slope: list[float]) -> bool:
        answer.update(x=np.array(at), jac=np.array(slope))
        return likelihood.maximise(lambda logs: (0.0, logs), (0.0, 0.0), (-12.0, 12.0)) is not None

    assert ends([1.0, 2.0], [1e-8, -9e-7])
    assert ends([-12.0, 12.0], [0.3, -0.3])  # only out of the bounds it would rise
    assert not ends([1.0, 2.0], [1e-8, 1e-4])
    assert not ends([-12.0, 12.0], [-0.3, 0.0])
    assert not ends([float("nan"), 2.0], [0.0, 0.0])


def test_the_year_after_comes_about_as_predicted() -> None:
    """The same people's next year, which the fit has not seen."""
    rows = build_shop(800, days=360 + HORIZON_DAYS)
    cut = FIRST + timedelta(days=360)
    _, predictions = build_lifetimes(build_table([row for row in rows if row[2] <= cut]))
    known = {str(one["customer_id"]) for one in predictions}
    later = [row for row in rows if row[2] > cut and row[0] in known]
    expected = sum(float(str(one["expected_purchases"])) for one in predictions)
    worth = sum(
        float(str(one["expected_purchases"])) * float(str(one["expected_value"]))
        for one in predictions
    )
    assert expected == pytest.approx(len(later), rel=0.15)
    assert worth == pytest.approx(sum(row[3] for row in later), rel=0.25)


def test_the_same_rows_in_any_order_give_the_same_answer() -> None:
    """A fit that differs by chance would rewrite every row of every mart each day."""
    rows = build_shop(150)
    shuffled = [rows[at] for at in np.random.default_rng(1).permutation(len(rows))]
    assert build_lifetimes(build_table(rows)) == build_lifetimes(build_table(shuffled))


def test_currencies_are_fitted_apart() -> None:
    few = [("per_0001", "EUR", FIRST, 9.0), ("per_0002", "EUR", FIRST, 9.0)]
    models, predictions = build_lifetimes(build_table([*few, *build_shop(200)]))
    assert [(one["currency_code"], one["prediction_status"]) for one in models] == [
        ("EUR", "too_little_data"),
        ("USD", "predicted"),
    ]
    assert {one["currency_code"] for one in predictions} == {"USD"}
    assert models[0]["prediction_reason"] == "2 customers; at least 100 are needed"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (build_shop(60), "61 customers; at least 100"),
        (build_regulars(0), "0 customers who bought again"),
        (build_regulars(0, 40, step=1), "40 days since the first purchase"),
        (build_regulars(0, 200), "0 customers had bought again by 2024-05-30"),
        (
            [*build_regulars(0, 9), ("per_late", "USD", FIRST + timedelta(days=300), 5.0)],
            "0 purchases to judge by",
        ),
    ],
)
def test_too_little_says_so_and_predicts_nothing(rows: list[Row], words: str) -> None:
    (model,), predictions = build_lifetimes(build_table(rows))
    assert model["prediction_status"] == "too_little_data"
    assert str(model["prediction_reason"]).startswith(words)
    assert predictions == []


def test_a_shop_that_changed_is_unreliable() -> None:
    """A sale doubles what everybody buys in the last quarter: last year's habits say nothing."""
    rows = build_shop(300)
    start = FIRST + timedelta(days=545)
    rush = {
        (f"per_{person:04}", "USD", start + timedelta(days=day), 40.0)
        for person in range(300)
        for day in range(0, 170, 11)
    }
    taken = {row[:3] for row in rows}
    both = rows + [row for row in sorted(rush) if row[:3] not in taken]
    (model,), predictions = build_lifetimes(build_table(both))
    assert model["prediction_status"] == "unreliable"
    assert "of purchases kept from it, it expected" in str(model["prediction_reason"])
    assert predictions == []


def test_days_that_brought_nothing_are_no_purchases() -> None:
    """What went back whole was counted as a visit, and lengthened the customer's life."""
    rows = build_shop(200)
    returned = [("per_0003", "USD", FIRST + timedelta(days=719), 0.0)]
    assert build_lifetimes(build_table([*rows, *returned])) == build_lifetimes(build_table(rows))


def test_nobody_bought() -> None:
    empty = pa.table({
        "customer_id": pa.array([], pa.string()), "currency_code": pa.array([], pa.string()),
        "purchased_on": pa.array([], pa.date32()), "revenue_amount": pa.array([], pa.float64()),
    })  # fmt: skip
    assert build_lifetimes(empty) == ([], [])


def test_the_registry_writes_what_it_declares() -> None:
    (fit,) = [one for one in FITS if one.name == "lifetime"]
    answer = fit.run({PURCHASES.model: build_table(build_shop(200))})
    assert answer.keys() == {table.name for table in fit.writes}
    assert answer["lifetime_models"].column_names == list(LIFETIME_MODELS.columns)
    assert answer["lifetime_predictions"].column_names == list(LIFETIME_PREDICTIONS.columns)
    assert answer["lifetime_predictions"]["expected_value"].null_count == 0
