"""The columns of a progress bar: what, how far, how fast, how long still."""

import sys
from datetime import timedelta

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from include.commands.screen.terminal import build_console

# Streams and chunks are of any size: so many of them a second says nothing.
RATED = ("records", "events", "tables")


def build_bars() -> Progress:
    """Bars on stderr; lines printed to a terminal meanwhile go above them."""
    name = Column(no_wrap=True, overflow="ellipsis", ratio=3, max_width=44)
    return Progress(
        TextColumn("{task.description}", markup=False, table_column=name),
        BarColumn(bar_width=None, table_column=Column(ratio=2, max_width=30)),
        _Counts(table_column=Column(no_wrap=True, justify="right")),
        _Rate(table_column=Column(no_wrap=True, justify="right")),
        _Left(table_column=Column(no_wrap=True, justify="right")),
        console=build_console(sys.stderr),
        transient=True,
        expand=True,
        # Lines for a pipe must not come out among the bars.
        redirect_stdout=sys.stdout.isatty(),
        refresh_per_second=4,
    )


def build_left(task: Task) -> float | None:
    """Seconds still needed at the pace so far; None when nobody can tell.

    A field `left` knows better: a backfill's other workers are not seen from here.
    """
    if "left" in task.fields:
        known: float | None = task.fields["left"]
        return known
    if task.total is None or not task.completed or not task.elapsed:
        return None
    return max(task.total - task.completed, 0) * task.elapsed / task.completed


class _Counts(ProgressColumn):
    """`3/12 streams`, `120,000 records`."""

    def render(self, task: Task) -> Text:
        unit = task.fields.get("unit")
        if unit is None:
            return Text("")
        # What was read last time is no promise: more records than that are just so many.
        known = task.total is not None and task.completed <= task.total
        total = f"/{int(task.total or 0):,}" if known else ""
        return Text(f"{int(task.completed):,}{total} {unit}".rstrip())


class _Rate(ProgressColumn):
    """Records a second since the read began."""

    def render(self, task: Task) -> Text:
        if task.fields.get("unit") not in RATED or not task.elapsed:
            return Text("")
        return Text(f"{task.completed / task.elapsed:,.0f}/s", style="cyan")


class _Left(ProgressColumn):
    """Time still needed, or, where nobody knows, the time gone."""

    def render(self, task: Task) -> Text:
        left = build_left(task)
        if left is not None:
            return Text(f"{_clock(left)} left")
        return Text(f"{_clock(task.elapsed or 0)} so far", style="dim")


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
