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
    """Cron line for a schedule; None for manual.

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
    return None
