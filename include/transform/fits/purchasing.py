"""BG/NBD: how often a customer buys, and whether they still do, from three numbers each.

A customer's purchases after the first are counted (`frequency`), the time from the first to the
last is `recency`, from the first to the end of what was observed `age`; all in one unit of time.
While alive one buys as a Poisson process, its rate is gamma distributed over customers (r, alpha);
after each purchase one leaves for good with a probability that is beta distributed (a, b).

Sources: Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2);
the stable form of the likelihood: Hardie (2013), brucehardie.com/notes/027. The expectation's
hypergeometric function is taken after Euler's transformation, where a customer's purchases are in
its third argument alone: as published it overflows for a few hundred of them.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

from include.transform.fits.likelihood import Floats, maximise

# Logarithms of parameters: beyond them customers are as good as all alike.
BOUNDS = (-12.0, 12.0)
START = (0.0, 1.0, 0.0, 1.0)
# a = 1 is a removable singularity of the expectation.
LEAST_DISTANCE_OF_ONE = 1e-6


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers' purchases, an entry each.

    Attributes:
        frequency: Purchases after the first one.
        recency: Time of the last purchase since the first; 0 for a single one.
        age: Time from the first purchase to the end of what was observed; not before the last.
    """

    frequency: Floats
    recency: Floats
    age: Floats


@dataclass(frozen=True, slots=True)
class PurchaseModel:
    """Parameters found for one population, in the unit of time of its histories."""

    r: float
    alpha: float
    a: float
    b: float

    def expect_purchases(self, histories: Histories, horizon: float) -> Floats:
        """Purchases of each customer in the time that follows (equation 10 of the paper)."""
        r, alpha, b = self.r, self.alpha, self.b
        a = self.a if abs(self.a - 1) > LEAST_DISTANCE_OF_ONE else 1 + LEAST_DISTANCE_OF_ONE
        x, age = histories.frequency, histories.age
        z = horizon / (alpha + age + horizon)
        series = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        left = 1 - (1 - z) ** (a - 1) * series
        found = (a + b + x - 1) / (a - 1) * left * self.chance_alive(histories)
        return np.maximum(found, 0.0)

    def chance_alive(self, histories: Histories) -> Floats:
        """Whether each customer still buys; 1 for one purchase: the model lets nobody leave before
        a second one, so for these it says nothing.
        """
        x = histories.frequency
        repeat = np.maximum(x, 1.0)
        odds = (
            np.log(self.a)
            - np.log(self.b + repeat - 1)
            + (self.r + x) * np.log((self.alpha + histories.age) / (self.alpha + histories.recency))
        )
        return np.where(x > 0, expit(-odds), 1.0)


def fit_purchases(histories: Histories) -> PurchaseModel | None:
    """Parameters of the greatest likelihood; None when the search ends nowhere.

    Customers with the same three numbers are counted, not repeated.
    """
    rows = np.column_stack([histories.frequency, histories.recency, histories.age])
    kinds, weights = np.unique(rows, axis=0, return_counts=True)
    x, recency, age = kinds.T
    # Two units of time give the same customers the same likelihood: search where ages are about 1.
    unit = float(np.mean(age)) or 1.0
    found = maximise(
        lambda logs: _likelihood(logs, x, recency / unit, age / unit, weights),
        START,
        BOUNDS,
    )
    if found is None:
        return None
    r, alpha, a, b = np.exp(found)
    return PurchaseModel(float(r), float(alpha * unit), float(a), float(b))


def _likelihood(
    logs: Floats, x: Floats, recency: Floats, age: Floats, weights: Floats
) -> tuple[float, Floats]:
    """Mean log-likelihood of a customer, and its gradient by the parameters' logarithms."""
    r, alpha, a, b = np.exp(logs)
    repeats = x > 0
    before = np.maximum(x, 1.0) - 1
    stays = -(r + x) * np.log(alpha + age)
    leaves = np.where(
        repeats, np.log(a) - np.log(b + before) - (r + x) * np.log(alpha + recency), -np.inf
    )
    last = np.logaddexp(stays, leaves)
    each = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b) + last
    left = np.exp(leaves - last)  # share of the likelihood in which the customer has left
    kept = 1 - left
    by_r = (
        digamma(r + x)
        - digamma(r)
        + np.log(alpha)
        - kept * np.log(alpha + age)
        - left * np.log(alpha + recency)
    )
    by_alpha = r / alpha - (r + x) * (kept / (alpha + age) + left / (alpha + recency))
    both = digamma(a + b) - digamma(a + b + x)
    by_a = both + left / a
    by_b = both + digamma(b + x) - digamma(b) - left / (b + before)
    total = weights.sum()
    gradient = np.array(
        [
            (weights * by_r).sum() * r,
            (weights * by_alpha).sum() * alpha,
            (weights * by_a).sum() * a,
            (weights * by_b).sum() * b,
        ]
    )
    return float((weights * each).sum() / total), gradient / total
