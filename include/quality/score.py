"""One number for a tenant's or feed's data health.

score = 100 x (weights of passed checks) / (weights of all checks that were run or are broken).

A check of severity error weighs 5, one of severity warn weighs 1, so that one broken promise costs
as much as five oddities. A broken check earns nothing: what nobody could check is not healthy.
Skipped checks do not count. An error check that failed or is broken caps the score at 89.9, so that
90 and above always means that every promise was checked and kept, however many checks a feed has.
"""

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal

from include.quality.check import CheckOutcome, Severity, Status

WEIGHTS = {Severity.ERROR: 5, Severity.WARN: 1}
CAP_WITH_ERRORS = Decimal("89.9")


def build_score(outcomes: Iterable[CheckOutcome]) -> Decimal | None:
    """0 to 100 with one decimal, rounded down; None when nothing was checked."""
    earned = possible = 0
    has_errors = False
    for outcome in outcomes:
        if outcome.status is Status.SKIPPED:
            continue
        weight = WEIGHTS[outcome.severity]
        possible += weight
        earned += weight if outcome.status is Status.PASSED else 0
        has_errors |= outcome.status is not Status.PASSED and outcome.severity is Severity.ERROR
    if not possible:
        return None
    score = (Decimal(100 * earned) / possible).quantize(Decimal("0.1"), ROUND_DOWN)
    return min(score, CAP_WITH_ERRORS) if has_errors else score
