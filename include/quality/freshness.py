"""How old a stream's last load may be, given how often its feed runs."""

from include.config.connector_spec import Freshness

DAY_H = 24
_WEEK_H = 7 * DAY_H
_MONTH_H = 31 * DAY_H


def build_period_h(cron: str) -> int:
    """Hours between two runs of a cron line, rounded up to an hour, day, week or month."""
    _, hour, day, month, weekday = cron.split()
    if day != "*" or month != "*":
        return _MONTH_H
    if weekday != "*":
        return _WEEK_H
    return DAY_H if not any(mark in hour for mark in "*,-/") else 1


def build_limits(declared: Freshness, cron: str | None) -> tuple[int, int] | None:
    """(warn, error) hours; None for a feed without a schedule, which is never late.

    A connector declares its limits for daily runs; a feed that runs more rarely gets the difference
    on top, so that a weekly feed is not late from its second day on.
    """
    if cron is None:
        return None
    extra = max(0, build_period_h(cron) - DAY_H)
    return declared.warn_h + extra, declared.error_h + extra
