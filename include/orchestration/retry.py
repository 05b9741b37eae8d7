"""One retry policy for every task, derived from the error tree: a new leaf gets its rule.

Without a word from the source the task's delay counts (30 s, doubling).
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryRule

from include.core import errors

# A source that asks for more than this is answered by the next scheduled run, not by a held slot.
MAX_RETRY_AFTER = timedelta(hours=6)

RETRY_DELAY = timedelta(seconds=30)
MAX_RETRY_DELAY = timedelta(minutes=15)
RETRY_HELPS = "a later try may succeed"
NEEDS_PERSON = "needs a person"


def build_leaves(root: type[errors.EltError] = errors.EltError) -> list[type[errors.EltError]]:
    """Every class below `root`, deepest first, so that the first match is the nearest."""
    found: list[type[errors.EltError]] = []
    for child in root.__subclasses__():
        found.extend(build_leaves(child))
        found.append(child)
    return found


def build_rules() -> list[RetryRule]:
    """One rule per error class: retry what may pass by itself, fail what needs a person."""
    return [
        RetryRule(
            exception=error,
            action=RetryAction.RETRY if error.retryable else RetryAction.FAIL,
            reason=f"{error.__name__}: {RETRY_HELPS if error.retryable else NEEDS_PERSON}",
        )
        for error in build_leaves()
    ]


class EltRetryPolicy(ExceptionRetryPolicy):
    """Rules from the error tree; any other error (a bug, a timeout) keeps the task's retries."""

    def __init__(self) -> None:
        super().__init__(rules=build_rules(), default=RetryAction.DEFAULT)

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """The rule's decision, with the wait a rate-limited source asked for, up to six hours."""
        decision = super().evaluate(exception, try_number, max_tries, context)
        asked = getattr(exception, "retry_after_s", None)
        if decision.action is not RetryAction.RETRY or asked is None:
            return decision
        delay = min(timedelta(seconds=max(float(asked), 0.0)), MAX_RETRY_AFTER)
        return RetryDecision.retry(delay, f"RateLimited: the source asked for {delay}")
