"""One HTML file that needs nothing else: no script, no font, no picture from anywhere."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from include.pipeline.health.weekly.charts import draw_rows, draw_trend

TEMPLATE = Path(__file__).with_name("page.html.j2")
FRESHNESS = {
    "ok": "up to date",
    "warn": "getting old",
    "error": "too old",
    "never": "never loaded",
    "manual": "comes by hand",
}


def build_page(report: dict[str, Any]) -> str:
    """The page of `fetch_report`'s answer; whatever a source or a person wrote is escaped."""
    # Imported here: a run that draws nothing does not pay for it.
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["ago"] = lambda at: build_age(at, report["at"])
    environment.filters["freshness"] = FRESHNESS.__getitem__
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    charts = {
        "trend": Markup(draw_trend(report["trend"])),  # noqa: S704 drawn here, of numbers and names
        "rows": Markup(draw_rows(report["rows"])),  # noqa: S704
    }
    return template.render(report=report, charts=charts)


def build_age(at: datetime | None, now: datetime) -> str:
    """`3 hours ago`, `2 days ago`, `never`."""
    if at is None:
        return "never"
    age = max(timedelta(), now - at)
    if age < timedelta(hours=1):
        return "less than an hour ago"
    hours = int(age.total_seconds() // 3600)
    count, unit = (hours, "hour") if hours < 48 else (hours // 24, "day")
    return f"{count} {unit}{'' if count == 1 else 's'} ago"
