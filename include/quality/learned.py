"""Checks nobody has declared: a day's rows, nulls, sums and lag against what the days before teach.

Data flow: the ledger's loads and one look at a day's rows -> elt_ops.daily_metrics -> bands ->
outcomes. Of columns only those are learned that a check, the cursor or the money is about: a band a
column would cry wolf somewhere every day. A feed that runs several times a day is judged by
yesterday, for today is not over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from include.config.models import Feed
from include.core import naming
from include.ledger.connection import Connection
from include.ledger.trust.metrics import (
    DayMetric,
    Histories,
    fetch_daily_loads,
    fetch_histories,
    run_record_metrics,
)
from include.quality.bands.band import Finding, Series, judge
from include.quality.bands.holiday import build_holidays, find_country
from include.quality.bands.model import WINDOW, Kind, Point
from include.quality.check import CheckOutcome, Dimension, Origin, Severity, Status
from include.quality.execute import CheckRunner
from include.quality.freshness import DAY_H, build_period_h
from include.quality.generic.target import Target
from include.quality.statement import BoundSql, quote_identifier

ROWS = "rows"
LEAST_ROWS = 30
_KINDS: dict[str, Kind] = {"rows": "count", "sum": "amount", "nulls": "share", "lag": "amount"}
_DIMENSIONS = {
    "rows": Dimension.VOLUME,
    "sum": Dimension.CONSISTENCY,
    "nulls": Dimension.COMPLETENESS,
    "lag": Dimension.TIMELINESS,
}
_NOUNS = {
    "rows": "new or changed {stream}",
    "sum": "of `{column}` in {stream}",
    "nulls": "of {stream} lack `{column}`",
    "lag": "hours between the newest `{column}` and the day's end",
}


@dataclass(frozen=True)
class Day:
    """The day that is judged, in the tenant's zone."""

    on: date
    zone: ZoneInfo

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.on, time(), self.zone)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.on + timedelta(days=1), time(), self.zone)


def build_day(feed: Feed, now: datetime) -> Day | None:
    """The last day that is over for the feed; None for one that comes by hand."""
    if feed.schedule is None:
        return None
    zone = ZoneInfo(feed.tenant.spec.timezone)
    today = now.astimezone(zone).date()
    is_over = build_period_h(feed.schedule) >= DAY_H
    return Day(today if is_over else today - timedelta(days=1), zone)


def run_note_day(
    connection: Connection, runner: CheckRunner, feed: Feed, day: Day, targets: Sequence[Target]
) -> Histories:
    """Note the day's numbers where they are not yet, and answer what is known, that day last.

    Args:
        connection: Of the ledger; the day's rows are read by `runner`.
        targets: Tables of the feed's streams.
    """
    tenant, since = feed.tenant.id, day.on - timedelta(days=WINDOW * 2)
    loads = fetch_daily_loads(connection, tenant, feed.name, day.zone.key, since)
    metrics = [
        DayMetric(tenant, "raw", feed.name, stream, ROWS, on, float(written))
        for stream, on, written, _ in loads
        if on <= day.on
    ]
    known = fetch_histories(connection, tenant, feed.name, day.on, WINDOW * 2)
    seen = {stream for (_, stream, _), points in known.items() if points[-1][0] == day.on}
    written_on = {stream for stream, on, written, _ in loads if on == day.on and written}
    for target in targets:
        if target.table in written_on - seen:
            metrics += _look(runner, feed, day, target)
    run_record_metrics(connection, metrics)
    return fetch_histories(connection, tenant, feed.name, day.on, WINDOW * 2)


def build_learned(feed: Feed, day: Day, histories: Histories) -> list[CheckOutcome]:
    """What the bands say of the day; a band that is still learning is skipped, and says so."""
    spec = feed.tenant.spec
    holiday = build_holidays(spec.country or find_country(spec.timezone))
    found = []
    for (_, stream, metric), points in sorted(histories.items()):
        what = metric.partition(":")[0]
        outcome = CheckOutcome(
            build_check_name(metric), Severity.WARN, Status.SKIPPED, stream,
            dimension=_DIMENSIONS[what],
            origin=Origin.LEARNED, about=stream, detail="Nothing was loaded that day.",
        )  # fmt: skip
        if points[-1][0] == day.on:
            series = build_series((stream, metric), points[:-1], holiday)
            judged = judge(series, day.on, points[-1][1])
            is_bad = judged.is_anomaly and not (what == "lag" and judged.finding is Finding.LOW)
            is_known = judged.finding not in (Finding.LEARNING, Finding.QUIET)
            status = Status.FAILED if is_bad else Status.PASSED if is_known else Status.SKIPPED
            outcome = _judged(outcome, status, judged.words, judged.missing_share)
        found.append(outcome)
    return found


def build_series(
    place: tuple[str, str], history: Sequence[Point], holiday: Callable[[date], str | None]
) -> Series:
    """What a day's number of a metric is judged by.

    Args:
        place: Stream and metric, as `rows` or `sum:total`.
        history: The days before it, oldest first.
    """
    stream, metric = place
    what, _, column = metric.partition(":")
    return Series(history, _KINDS[what], _NOUNS[what].format(stream=stream, column=column), holiday)


def build_check_name(metric: str) -> str:
    """The check that judges a metric: `rows_as_usual`, `total_sum_as_usual`."""
    what, _, column = metric.partition(":")
    return f"{column}_{what}_as_usual" if column else f"{what}_as_usual"


def _judged(outcome: CheckOutcome, status: Status, words: str, share: float) -> CheckOutcome:
    return CheckOutcome(
        outcome.name, outcome.severity, status, outcome.stream,
        bad_rows=None if status is Status.SKIPPED else int(status is Status.FAILED), detail=words,
        dimension=outcome.dimension, origin=outcome.origin, about=outcome.about,
        share=share if status is Status.FAILED else None,
    )  # fmt: skip


def _look(runner: CheckRunner, feed: Feed, day: Day, target: Target) -> list[DayMetric]:
    """One pass over the rows the day brought."""
    asked = _choose(feed, target)
    if not asked or naming.LOADED_AT not in target.columns:
        return []
    parts = []
    for metric in asked:
        what, column = metric.split(":")
        name = quote_identifier(column)
        parts.append(
            {
                "nulls": f"sum(case when {name} is null then 1 else 0 end)",
                "sum": f"sum({name})",
                "lag": f"max({name})",
            }[what]
        )
    text = (
        f"select count(*), {', '.join(parts)} from {target.name} "
        f"where {target.live().replace('{feed}', '%(feed)s')} "
        f"and {naming.LOADED_AT} >= %(begin)s and {naming.LOADED_AT} < %(end)s"
    )
    values = {"feed": target.feed, "begin": day.begins_at, "end": day.ends_at}
    ((rows, *numbers),) = runner.ask(BoundSql(text, values))
    if rows < LEAST_ROWS:
        return []
    found = []
    for metric, number in zip(asked, numbers, strict=True):
        value = _read(metric, number, rows, day)
        if value is not None:
            found.append(
                DayMetric(feed.tenant.id, "raw", feed.name, target.table, metric, day.on, value)
            )
    return found


def _read(metric: str, number: object, rows: int, day: Day) -> float | None:
    if number is None:
        return None
    if metric.startswith("lag:"):
        if not isinstance(number, datetime):
            return None
        return max(0.0, (day.ends_at - number).total_seconds() / 3600)
    value = float(str(number))
    return value / rows if metric.startswith("nulls:") else value


def _choose(feed: Feed, target: Target) -> list[str]:
    """Metrics of the columns somebody has said something about."""
    stream = feed.streams.get(target.table)
    if stream is None:
        return []
    checks = [*stream.all_checks]
    checks += [c for c in feed.tenant.checks if c.table == f"{feed.name}.{target.table}"]
    columns = sorted({one.column for one in checks if one.column} & target.columns.keys())
    found = [f"nulls:{name}" for name in columns if name not in stream.primary_key]
    if stream.money and target.is_number(stream.money):
        found.append(f"sum:{stream.money}")
    cursor = stream.cursor.field if stream.cursor else None
    if cursor and "time zone" in target.columns.get(cursor, ""):
        found.append(f"lag:{cursor}")
    return found
