"""One rule per error: what may pass by itself is retried, what needs a person is not."""

from datetime import timedelta

import pytest
from airflow.sdk import RetryAction

from include.core import errors
from include.core.rates import BudgetKey
from include.extract.http.rate_limit import RateLimiter
from include.extract.stores.rate_budget import MemoryRateBudget
from include.orchestration.retry import MAX_RETRY_AFTER, EltRetryPolicy, build_leaves

RETRIED = {"UpstreamUnavailable", "RateLimited", "PositionRefused", "WarehouseUnavailable"}
RETRIED |= {"SpellingLost", "Unreachable"}
EVERY_ERROR = [
    value
    for value in vars(errors).values()
    if isinstance(value, type)
    and issubclass(value, errors.EltError)
    and value is not errors.EltError
]


def _decide(error: BaseException):
    return EltRetryPolicy().evaluate(error, try_number=1, max_tries=3)


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: error.__name__)
def test_every_error_has_its_rule(error: type[errors.EltError]) -> None:
    assert len(EVERY_ERROR) >= 14
    wanted = RetryAction.RETRY if error.__name__ in RETRIED else RetryAction.FAIL
    decision = _decide(error("x"))
    assert decision.action is wanted
    assert decision.reason.startswith(f"{error.__name__}: ")


def test_a_new_leaf_gets_a_rule_without_touching_the_policy() -> None:
    assert {leaf.__name__ for leaf in build_leaves()} >= {error.__name__ for error in EVERY_ERROR}

    class Throttled(errors.UpstreamUnavailable):
        retryable = True

    assert _decide(Throttled("x")).reason.startswith("Throttled: ")
    del Throttled


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (42, timedelta(seconds=42)),
        (0.5, timedelta(seconds=0.5)),
        (-3, timedelta(0)),
        (10**9, MAX_RETRY_AFTER),
        (None, None),
    ],
)
def test_retry_after_is_honoured_within_reason(asked, waits) -> None:
    assert _decide(errors.RateLimited("x", retry_after_s=asked)).retry_delay == waits


def test_a_blocked_budget_is_tried_again_when_the_block_ends() -> None:
    """A credential at rest for an hour was tried again after thirty seconds, three times."""
    budget = MemoryRateBudget()
    limiter = RateLimiter(5, budget, BudgetKey("api.example", "k"))
    limiter.block(3600)
    with pytest.raises(errors.RateLimited, match=r"Try again after `20") as caught:
        limiter.wait(60)
    delay = _decide(caught.value).retry_delay
    assert timedelta(minutes=59) < delay <= timedelta(hours=1)


def test_an_error_of_somebody_else_keeps_the_tasks_own_retries() -> None:
    assert _decide(KeyError("x")).action is RetryAction.DEFAULT
    assert _decide(TimeoutError()).action is RetryAction.DEFAULT
