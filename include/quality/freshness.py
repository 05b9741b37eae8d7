"""How old a stream's last load may be, given how often its feed runs."""

from include.config.connector_spec import Freshness

DAY_H = 24
_WEEK_H = 7 * DAY_H
_MONTH_H = 31 * DAY_H
_STEP = 1.1
_LEAST_SHARE = 0.005


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


def build_span_h(limit_h: float) -> float:
    """Hours after which a late table is worth nothing: a week, four times what it may be old."""
    return max(_WEEK_H, 4 * limit_h)


def build_late_steps(limit_h: float) -> list[tuple[float, float]]:
    """(hours beyond the limit, share of the span), the latest first, each a tenth more."""
    shares = [1.0]
    while shares[-1] > _LEAST_SHARE:
        shares.append(shares[-1] / _STEP)
    return [(share * build_span_h(limit_h), share) for share in shares]
