"""The score: in proportion to what a defect touches, explained to the point; clean is 100."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from include.quality.check import CheckOutcome, Dimension, Origin, Severity, Status
from include.quality.score import (
    HIDDEN,
    WEIGHTS,
    WHOLE,
    build_joint_score,
    build_table_score,
    build_tables,
)

ERROR, WARN, INFO = Severity.ERROR, Severity.WARN, Severity.INFO
FAILED, PASSED, BROKEN, SKIPPED = Status.FAILED, Status.PASSED, Status.BROKEN, Status.SKIPPED
ROWS = 10_000
# What a score may differ from 100 x weight x share: a tenth by rounding down.
TOLERANCE = 0.1 + 1e-9


def _outcome(status: Status = PASSED, share: float | None = None, **more) -> CheckOutcome:
    severity = more.pop("severity", WARN)
    return CheckOutcome(
        more.pop("name", "check"),
        severity,
        status,
        bad_rows=None if share is None else int(share * ROWS),
        rows_checked=ROWS,
        share=share,
        detail="orders lack an email",
        about=more.pop("about", "orders"),
        **more,
    )


def test_nothing_checked_is_no_score() -> None:
    assert build_table_score([]).value is None
    assert build_table_score([_outcome(SKIPPED)]).value is None
    assert build_joint_score([build_table_score([])]).value is None


@pytest.mark.parametrize("dimension", list(Dimension))
@pytest.mark.parametrize("severity", list(Severity))
def test_a_defect_costs_in_proportion_and_is_named(
    dimension: Dimension, severity: Severity
) -> None:
    clean = [_outcome(name=f"other_{n}", dimension=d) for n, d in enumerate(Dimension)]
    assert build_table_score(clean).value == Decimal("100.0")
    last = Decimal("100.0")
    for share in (0.01, 0.05, 0.20):
        bad = _outcome(FAILED, share, name="planted", dimension=dimension, severity=severity)
        score = build_table_score([*clean, bad])
        assert score.value is not None
        assert score.value < last
        assert abs(float(100 - score.value) - 100 * WEIGHTS[severity] * share) <= TOLERANCE
        (reason,) = score.reasons
        assert (reason.check, reason.dimension) == ("planted", dimension.value)
        assert reason.points == 100 - score.value
        assert reason.words == f"{share:.1%} of orders: orders lack an email"
        last = score.value


def test_money_that_a_defect_touches_counts_when_it_is_more() -> None:
    few_rows = _outcome(FAILED, 0.01, money_share=0.3)
    score = build_table_score([few_rows])
    assert score.value == Decimal("76.0")
    assert "They hold 30.0% of the money." in score.reasons[0].words
    assert build_table_score([_outcome(FAILED, 0.3, money_share=0.01)]).value == Decimal("76.0")


@pytest.mark.parametrize("rows", [10**6, 10**11])
def test_one_bad_row_of_very_many_is_not_100(rows: int) -> None:
    score = build_table_score([_outcome(FAILED, 1 / rows)])
    assert score.value == Decimal("99.9")
    assert score.reasons[0].words.startswith("less than 0.1% of orders")


def test_what_nobody_could_see_costs_something() -> None:
    """A check that broke, was muted or never ran once made a feed look better."""
    muted = _outcome(FAILED, 0.05, muted_until=datetime(2026, 11, 9, tzinfo=UTC))
    assert build_table_score([muted]).value == Decimal("96.0")
    assert "(muted until 2026-11-09)" in build_table_score([muted]).reasons[0].words
    for hidden in (_outcome(BROKEN), _outcome(SKIPPED, origin=Origin.DECLARED)):
        found = build_table_score([_outcome(), hidden])
        assert float(100 - found.value) == pytest.approx(100 * HIDDEN * WEIGHTS[WARN])
    whole = build_table_score([_outcome(FAILED, severity=ERROR)])
    assert float(100 - whole.value) == pytest.approx(100 * WHOLE[ERROR])


def test_an_early_warning_does_not_cost_beside_its_error() -> None:
    late = _outcome(FAILED, name="freshness", severity=ERROR)
    early = _outcome(FAILED, name="freshness_early")
    both = build_table_score([late, early])
    assert both.value == build_table_score([late]).value
    assert build_table_score([early]).value == Decimal("95.0")


@pytest.mark.parametrize("seed", range(20))
def test_points_add_up_whatever_failed(seed: int) -> None:
    dice = random.Random(seed)
    outcomes = [
        _outcome(
            dice.choice(list(Status)),
            dice.choice([None, dice.random(), dice.random() / 100]),
            name=f"check_{n}",
            severity=dice.choice(list(Severity)),
            about=dice.choice(["orders", "refunds", None]),
        )
        for n in range(dice.randint(1, 30))
    ]
    tables = [build_table_score(some) for some in build_tables(outcomes).values()]
    for score in [*tables, build_joint_score(tables)]:
        if score.value is not None:
            assert sum(r.points for r in score.reasons) == 100 - score.value
            assert 0 <= score.value <= 100


def test_a_feed_is_weighed_by_rows_and_money() -> None:
    bad = replace(_outcome(FAILED, 0.5, about="orders"), rows_checked=1_000_000)
    small = replace(_outcome(about="shops"), rows_checked=3)
    score = build_joint_score([build_table_score([bad]), build_table_score([small])])
    # 1 + log10(1,000,001) against 1 + log10(4): the large table counts 81 %.
    assert score.value == Decimal("67.4")
    with_money = replace(bad, money_share=0.0)
    dearer = build_joint_score([build_table_score([with_money]), build_table_score([small])])
    assert dearer.value is not None
    assert dearer.value < score.value
    assert [r.table for r in score.reasons] == ["orders"]
