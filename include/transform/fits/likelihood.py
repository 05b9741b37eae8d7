"""The search for the parameters under which what was seen is likeliest."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats: TypeAlias = NDArray[np.float64]
# Sharp enough for five digits of a parameter, whatever the number of customers.
TOLERANCE = 1e-12
MOST_STEPS = 2000
# Where a step no longer changes the score's last digits the search ends as "abnormal". It has
# arrived all the same when the score is as level as this: it moves no fifth digit of a parameter.
LEVEL = 1e-6


def maximise(
    score: Callable[[Floats], tuple[float, Floats]],
    start: Sequence[float],
    bounds: tuple[float, float],
) -> Floats | None:
    """Where `score` is greatest; None when it is nowhere finite or the search does not end.

    Args:
        score: The mean log-likelihood of a customer and its gradient, at logarithms of parameters.
        bounds: Of each logarithm. A population without differences (all pay the same, nobody
            leaves) has its maximum at infinity: there the answer is the bound.
    """

    def turned(logs: Floats) -> tuple[float, Floats]:
        value, gradient = score(logs)
        return -value, -gradient

    with np.errstate(all="ignore"):
        found = minimize(
            turned,
            np.asarray(start, dtype=np.float64),
            jac=True,
            method="L-BFGS-B",
            bounds=[bounds] * len(start),
            options={"maxiter": MOST_STEPS, "ftol": TOLERANCE, "gtol": 1e-8},
        )
    is_finite = np.all(np.isfinite(found.x)) and np.isfinite(found.fun)
    ended = is_finite and (found.success or _is_level(found.x, found.jac, bounds))
    return np.asarray(found.x, dtype=np.float64) if ended else None


def _is_level(at: Floats, slope: Floats, bounds: tuple[float, float]) -> bool:
    """Nothing to win from here: what only leads out of the bounds does not count."""
    lowest, highest = bounds
    outward = ((at <= lowest) & (slope > 0)) | ((at >= highest) & (slope < 0))
    return bool(np.all(np.abs(np.where(outward, 0.0, slope)) <= LEVEL))
