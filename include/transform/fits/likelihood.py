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
    ended = found.success and np.all(np.isfinite(found.x)) and np.isfinite(found.fun)
    return np.asarray(found.x, dtype=np.float64) if ended else None
