"""The score by hand: weights 5 and 1, rounded down, capped while a promise is broken."""

from decimal import Decimal

import pytest

from include.quality.check import CheckOutcome, Severity, Status
from include.quality.score import build_score

ERROR, WARN = Severity.ERROR, Severity.WARN


def _outcomes(*pairs: tuple[Severity, Status]) -> list[CheckOutcome]:
    return [
        CheckOutcome(f"check_{n}", severity, status) for n, (severity, status) in enumerate(pairs)
    ]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], None),
        ([(ERROR, Status.SKIPPED)], None),
        ([(ERROR, Status.PASSED), (WARN, Status.PASSED)], Decimal("100.0")),
        # 5 of 6 points.
        ([(ERROR, Status.PASSED), (WARN, Status.FAILED)], Decimal("83.3")),
        # 1 of 6.
        ([(ERROR, Status.FAILED), (WARN, Status.PASSED)], Decimal("16.6")),
        # A broken check earns nothing; a skipped one is not asked.
        ([(ERROR, Status.PASSED), (ERROR, Status.BROKEN), (WARN, Status.SKIPPED)], Decimal("50.0")),
        # 99 of 100 errors passed would be 99.0.
        ([(ERROR, Status.PASSED)] * 99 + [(ERROR, Status.FAILED)], Decimal("89.9")),
        # What nobody could check is no kept promise.
        ([(ERROR, Status.PASSED)] * 99 + [(ERROR, Status.BROKEN)], Decimal("89.9")),
        ([(ERROR, Status.PASSED)] * 20 + [(WARN, Status.FAILED)], Decimal("99.0")),
    ],
)
def test_score(pairs: list[tuple[Severity, Status]], expected: Decimal | None) -> None:
    assert build_score(_outcomes(*pairs)) == expected
