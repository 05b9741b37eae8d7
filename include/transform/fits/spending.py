"""Gamma-Gamma: what a customer's next order is worth, from the mean of those before.

An order's value is gamma distributed around the customer's own mean (p), and that mean varies over
customers (q, v). It does not depend on how often one buys; `correlate` says how far that is true.

Source: Fader, Hardie (2013), "The Gamma-Gamma Model of Monetary Value", brucehardie.com/notes/025.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from include.transform.fits.likelihood import Floats, maximise

BOUNDS = (-12.0, 12.0)
START = (1.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class SpendingModel:
    """Parameters found for one population, values in its currency."""

    p: float
    q: float
    v: float

    @property
    def has_mean(self) -> bool:
        """Whether the population has a mean at all: with q of 1 or less it is infinite."""
        return self.q > 1

    def expect_value(self, orders: Floats, mean: Floats) -> Floats:
        """Value of each customer's next order; the population's mean for one without any.

        Args:
            orders: How many orders `mean` is of; 0: `mean` does not count.
        """
        known = np.where(orders > 0, mean, 0.0)
        found = (self.v + orders * known) * self.p / (self.p * orders + self.q - 1)
        return np.asarray(found, dtype=np.float64)


def fit_spending(orders: Floats, mean: Floats) -> SpendingModel | None:
    """Parameters of the greatest likelihood; None when the search ends nowhere.

    Args:
        orders: How many orders each mean is of; at least 1.
        mean: Above 0.
    """
    unit = float(np.mean(mean))
    found = maximise(lambda logs: _likelihood(logs, orders, mean / unit), START, BOUNDS)
    if found is None:
        return None
    p, q, v = np.exp(found)
    return SpendingModel(float(p), float(q), float(v * unit))


def correlate(orders: Floats, mean: Floats) -> float | None:
    """Pearson's correlation of how often and how much; None where one of them does not vary."""
    if len(orders) < 2 or np.ptp(orders) == 0 or np.ptp(mean) == 0:
        return None
    return float(np.corrcoef(orders, mean)[0, 1])


def _likelihood(logs: Floats, x: Floats, mean: Floats) -> tuple[float, Floats]:
    """Mean log-likelihood of a customer, and its gradient by the parameters' logarithms."""
    p, q, v = np.exp(logs)
    px = p * x
    spread = np.log(x * mean + v)
    each = (
        gammaln(px + q)
        - gammaln(px)
        - gammaln(q)
        + q * np.log(v)
        + (px - 1) * np.log(mean)
        + px * np.log(x)
        - (px + q) * spread
    )
    by_p = x * (digamma(px + q) - digamma(px) + np.log(mean) + np.log(x) - spread)
    by_q = digamma(px + q) - digamma(q) + np.log(v) - spread
    by_v = q / v - (px + q) / (x * mean + v)
    gradient = np.array([by_p.mean() * p, by_q.mean() * q, by_v.mean() * v])
    return float(each.mean()), gradient
