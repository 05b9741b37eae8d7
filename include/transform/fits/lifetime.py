"""What customers will buy in the year to come, per currency, and how good that guess was lately.

Data flow: purchase days -> one history per customer and currency -> hold-out (fit on the earlier
part, compare with the later one) -> fit on all -> a prediction per customer. A currency with too
few customers, a search that ends nowhere, or a hold-out that was missed by too much gives no
prediction and says why: a wrong number would be believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from include.transform.fits.likelihood import Floats
from include.transform.fits.purchasing import Histories, PurchaseModel, fit_purchases
from include.transform.fits.spending import SpendingModel, correlate, fit_spending

HORIZON_DAYS = 365
# Fewer than these, and seven parameters are guesses about single people.
LEAST_CUSTOMERS = 100
LEAST_REPEAT_CUSTOMERS = 30
LEAST_DAYS = 120
LEAST_HOLDOUT_PURCHASES = 20
# The newest part of what was observed, kept from the fit that is judged by it.
HOLDOUT_SHARE = 0.25
# A model that was off by more than this about all purchases together is not shown.
MOST_HOLDOUT_ERROR = 0.5
# Parameters are the same to two digits from here on; predictions are made for everybody.
MOST_FITTED = 50_000
DAYS = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Observed:
    """Customers of one currency, an entry each, as seen up to a day.

    Attributes:
        names: Their ids, sorted.
        mean: Mean value of the purchases after the first; 0 without any.
    """

    names: Sequence[str]
    histories: Histories
    mean: Floats

    def thin(self) -> "Observed":
        """Every n-th customer where there are very many."""
        step = -(-len(self.names) // MOST_FITTED)
        past = self.histories
        part = Histories(past.frequency[::step], past.recency[::step], past.age[::step])
        return Observed(self.names[::step], part, self.mean[::step])


@dataclass(frozen=True, slots=True)
class LifetimeModel:
    """Both models of one currency; time in days."""

    purchases: PurchaseModel
    spending: SpendingModel

    def predict(self, seen: Observed, days: int) -> tuple[Floats, Floats]:
        """Purchases of each customer in the days that follow, and the value of one."""
        expected = self.purchases.expect_purchases(seen.histories, days)
        return expected, self.spending.expect_value(seen.histories.frequency, seen.mean)


@dataclass(frozen=True, slots=True)
class Days:
    """Purchase days of one currency, ordered by customer and day."""

    names: Any
    days: Any
    amounts: Floats

    def observe(self, until: np.datetime64) -> Observed:
        """What was known at the end of a day."""
        known = self.days <= until
        names, days, amounts = self.names[known], self.days[known], self.amounts[known]
        people, starts, counts = np.unique(names, return_index=True, return_counts=True)
        frequency = counts - 1.0
        first, last = days[starts], days[starts + counts - 1]
        later = np.add.reduceat(amounts, starts) - amounts[starts] if len(people) else amounts
        mean = np.divide(later, frequency, out=np.zeros_like(later), where=frequency > 0)
        age = (until - first) / DAYS
        return Observed(people.tolist(), Histories(frequency, (last - first) / DAYS, age), mean)


def build_lifetimes(
    purchases: pa.Table,
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """One row per currency about its model, and one per customer and currency where it is used.

    Args:
        purchases: customer_id, currency_code, purchased_on, revenue_amount; one row per customer,
            currency and day. Days on which nothing remained after refunds are no purchases. What is
            observed ends on the newest day of any currency.
    """
    names = purchases["customer_id"].to_numpy(zero_copy_only=False)
    currencies = purchases["currency_code"].to_numpy(zero_copy_only=False)
    days = purchases["purchased_on"].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    amounts = purchases["revenue_amount"].to_numpy(zero_copy_only=False).astype(np.float64)
    models: list[dict[str, object]] = []
    predictions: list[dict[str, object]] = []
    if not len(days):
        return models, predictions
    until = days.max()
    for currency in sorted(set(currencies.tolist())):
        own = (currencies == currency) & (amounts > 0)
        order = np.lexsort((days[own], names[own].astype(str)))
        part = Days(names[own].astype(str)[order], days[own][order], amounts[own][order])
        about, found = build_currency(part, until)
        models.append({"currency_code": currency, **about})
        predictions += [{"currency_code": currency, **one} for one in found]
    return models, predictions


def build_currency(
    days: Days, until: np.datetime64
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """About the model of one currency, and its predictions: none unless `predicted`."""
    seen = days.observe(until)
    frequency = seen.histories.frequency
    about: dict[str, object] = {
        "observed_until": until.astype(object),
        "customers": len(seen.names),
        "repeat_customers": int((frequency > 0).sum()),
        "repeat_purchases": int(frequency.sum()),
    }
    little = find_too_little(seen)
    if little:
        return {**about, **_refused("too_little_data", little)}, []
    holdout, doubt = judge_holdout(days, until)
    about |= holdout
    if doubt:
        return {**about, **_refused(*doubt)}, []
    model = fit_lifetime(seen.thin())
    if model is None:
        return {**about, **_refused("no_fit", "the likelihood has no maximum")}, []
    repeats = frequency > 0
    about |= {
        "prediction_status": "predicted",
        "value_correlation": correlate(frequency[repeats], seen.mean[repeats]),
        **{name: getattr(model.purchases, name) for name in ("r", "alpha", "a", "b")},
        **{name: getattr(model.spending, name) for name in ("p", "q", "v")},
    }
    return about, build_predictions(seen, model)


def build_predictions(seen: Observed, model: LifetimeModel) -> list[dict[str, object]]:
    """A row per customer; digits beyond the tenth are noise and would count as changes."""
    expected, value = model.predict(seen, HORIZON_DAYS)
    alive = model.purchases.chance_alive(seen.histories)
    known = seen.histories.frequency > 0
    return [
        {
            "customer_id": name,
            "chance_alive": round(float(alive[at]), 6) if known[at] else None,
            "expected_purchases": round(float(expected[at]), 6),
            "expected_value": round(float(value[at]), 6),
        }
        for at, name in enumerate(seen.names)
    ]


def find_too_little(seen: Observed) -> str:
    """Why there is too little to learn from; empty: there is enough."""
    repeats = int((seen.histories.frequency > 0).sum())
    days = int(seen.histories.age.max()) if len(seen.names) else 0
    for count, least, what in (
        (len(seen.names), LEAST_CUSTOMERS, "customers"),
        (repeats, LEAST_REPEAT_CUSTOMERS, "customers who bought again"),
        (days, LEAST_DAYS, "days since the first purchase"),
    ):
        if count < least:
            return f"{count} {what}; at least {least} are needed"
    return ""


def judge_holdout(
    days: Days, until: np.datetime64
) -> tuple[dict[str, object], tuple[str, str] | None]:
    """Fit on the earlier part, compare with the later: the numbers, and a doubt with its status."""
    span = int((until - days.days.min()) / DAYS)
    length = max(1, round(span * HOLDOUT_SHARE))
    cut = until - np.timedelta64(length, "D")
    seen = days.observe(cut)
    little = find_too_little_before(seen, cut)
    if little:
        return {}, ("too_little_data", little)
    later = (days.days > cut) & np.isin(days.names, np.asarray(seen.names))
    actual, amount = int(later.sum()), float(days.amounts[later].sum())
    about: dict[str, object] = {
        "holdout_from": cut.astype(object) + timedelta(days=1),
        "holdout_purchases": actual,
        "holdout_amount": round(amount, 3),
    }
    if actual < LEAST_HOLDOUT_PURCHASES:
        words = f"{actual} purchases to judge by; at least {LEAST_HOLDOUT_PURCHASES} are needed"
        return about, ("too_little_data", words)
    model = fit_lifetime(seen.thin())
    if model is None:
        return about, ("no_fit", "the likelihood of the earlier part has no maximum")
    expected, value = model.predict(seen, length)
    worth = float((expected * value).sum())
    errors = {
        "purchases": float(expected.sum()) / actual - 1,
        "revenue": worth / amount - 1,
    }
    about |= {
        "holdout_expected_purchases": round(float(expected.sum()), 6),
        "holdout_expected_amount": round(worth, 3),
        "holdout_error": round(errors["purchases"], 6),
        "holdout_amount_error": round(errors["revenue"], 6),
    }
    for what, error in errors.items():
        if abs(error) > MOST_HOLDOUT_ERROR:
            return about, ("unreliable", f"of {what} kept from it, it expected {1 + error:.0%}")
    return about, None


def find_too_little_before(seen: Observed, cut: np.datetime64) -> str:
    """The same of the part before the hold-out, which needs no length of its own."""
    repeats = int((seen.histories.frequency > 0).sum())
    if repeats < LEAST_REPEAT_CUSTOMERS:
        day: date = cut.astype(object)
        return (
            f"{repeats} customers had bought again by {day:%Y-%m-%d}, before the part that the "
            f"model is judged by; at least {LEAST_REPEAT_CUSTOMERS} are needed"
        )
    return ""


def fit_lifetime(seen: Observed) -> LifetimeModel | None:
    """Both models; None where one of them is not found, or values have no mean."""
    repeats = seen.histories.frequency > 0
    purchases = fit_purchases(seen.histories)
    spending = fit_spending(seen.histories.frequency[repeats], seen.mean[repeats])
    if purchases is None or spending is None or not spending.has_mean:
        return None
    return LifetimeModel(purchases, spending)


def _refused(status: str, reason: str) -> dict[str, object]:
    return {"prediction_status": status, "prediction_reason": reason}
