"""Schedule words to cron lines, and cron lines checked, without importing a scheduler."""

import re

from include.config.explain import did_you_mean
from include.config.models import SCHEDULES
from include.config.yaml_file import Trouble
from include.core import naming

MANUAL = "manual"
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_PART = re.compile(r"^(\*|\d+(-\d+)?)(/[1-9]\d*)?$")


def resolve_schedule(text: str, tenant: str, trouble: Trouble, key: str = "schedule") -> str | None:
    """Cron line for a schedule, in UTC; None for manual.

    A word (`daily`) gets a minute that is stable for the tenant: a fleet does not start at once,
    and one tenant's feeds arrive together, so its marts are built once a cycle.
    A wrong text appends to `trouble` and gives None.
    """
    if text == MANUAL:
        return None
    if text in SCHEDULES:
        return SCHEDULES[text].format(minute=naming.spread_minute(tenant))
    problem = _cron_problem(text)
    if problem:
        trouble.append(((key,), f"`{key}` is `{text}`. {problem}"))
        return None
    return " ".join(text.split())


def _cron_problem(text: str) -> str | None:
    """Why `text` is not a five-field cron line; None when it is one."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        words = [*SCHEDULES, MANUAL]
        expected = f"Expected {', '.join(words)} or a cron line of five fields."
        return expected + did_you_mean(text, words)
    for value, (name, low, high) in zip(fields, _FIELDS, strict=True):
        for part in value.split(","):
            if not _PART.match(part):
                return f"`{value}` is not a cron {name}. Expected numbers, `*`, `a-b`, `*/n`."
            numbers = [int(n) for n in re.findall(r"\d+", part.split("/")[0])]
            if any(not low <= n <= high for n in numbers):
                return f"`{value}` is outside the {name} range {low}..{high}."
            if "-" in part and numbers[0] > numbers[1]:
                return f"`{value}` runs backwards. Expected `low-high`."
    return None if _comes(fields) else "No year has that day. Choose another day or month."


def _comes(fields: list[str]) -> bool:
    """Whether some year has the day: the scheduler would die of looking for `0 0 31 2 *`."""
    days, months, weekdays = fields[2:]
    if weekdays != "*":
        return True
    first_days = [int(re.split(r"[-/]", part)[0].replace("*", "1")) for part in days.split(",")]
    return any(
        min(first_days) <= length
        for month, length in enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1)
        if _holds(months, month)
    )


def _holds(field: str, number: int) -> bool:
    for part in field.split(","):
        numbers = [int(n) for n in re.findall(r"\d+", part.split("/")[0])] or [1, 12]
        step = int(part.split("/")[1]) if "/" in part else 1
        last = numbers[-1] if len(numbers) > 1 or "/" not in part else 12
        if numbers[0] <= number <= last and (number - numbers[0]) % step == 0:
            return True
    return False
