"""Schedules: words, cron lines, and those that would never come."""

from datetime import datetime

import pytest
from croniter import CroniterBadDateError, croniter

from include.config.tenant.schedule import resolve_schedule
from include.config.yaml_file import Trouble

LINES = [
    *("0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30,31 2 *", "0 0 30-31 2 *"),
    *("0 0 29 2 *", "0 0 31 4,5 *", "0 0 30 2 1", "0 0 30 2 */2", "0 0 */30 2 *"),
    *("0 0 31/2 2 *", "0 0 28/2 2 *", "0 0 31 */5 *", "0 0 1-31/30 2 *"),
]


def _resolve(text: str) -> tuple[str | None, Trouble]:
    trouble: Trouble = []
    return resolve_schedule(text, "acme", trouble), trouble


@pytest.mark.parametrize("line", LINES)
def test_a_day_that_never_comes_is_refused(line: str) -> None:
    """`0 0 30 2 *` passed `validate`; the DAG then failed to parse, or never ran."""
    try:
        croniter(line, datetime(2026, 1, 1)).get_next(datetime)  # noqa: DTZ001  # Airflow's reading
        comes = True
    except CroniterBadDateError:
        comes = False
    found, trouble = _resolve(line)
    assert (found is not None) == comes
    if not comes:
        [(loc, message)] = trouble
        assert loc == ("schedule",)
        assert "No year has that day" in message


def test_the_list_has_both_kinds() -> None:
    kept = [line for line in LINES if _resolve(line)[0]]
    assert 5 <= len(kept) < len(LINES) - 3
