"""Limits of lateness by hand: declared hours for daily feeds, more for rarer ones."""

import pytest

from include.config.connector_spec import Freshness
from include.quality.freshness import build_limits, build_period_h


@pytest.mark.parametrize(
    ("cron", "hours"),
    [
        ("45 * * * *", 1),
        ("*/15 * * * *", 1),
        ("0 */6 * * *", 1),
        ("0 4,16 * * *", 1),
        ("5 4 * * *", 24),
        ("5 4 * * 1", 168),
        ("5 4 1 * *", 744),
        ("5 4 * 6 1", 744),
    ],
)
def test_period(cron: str, hours: int) -> None:
    assert build_period_h(cron) == hours


@pytest.mark.parametrize(
    ("cron", "limits"),
    [
        (None, None),
        ("45 * * * *", (26, 50)),
        ("5 4 * * *", (26, 50)),
        # A week has 144 hours more than a day.
        ("5 4 * * 1", (170, 194)),
    ],
)
def test_limits(cron: str | None, limits: tuple[int, int] | None) -> None:
    assert build_limits(Freshness(), cron) == limits
