"""The report's charts as SVG: Vega-Lite specifications drawn without a browser or a network."""

from collections.abc import Sequence
from typing import Any

COLOUR, SOFT = "#2f6f4f", "#dfe8e2"
WIDTH, HEIGHT = 640, 180


def draw_trend(trend: Sequence[dict[str, Any]]) -> str:
    """The score by day, 0 to 100; empty for fewer than two days."""
    if len(trend) < 2:
        return ""
    import altair as alt

    values = [{"day": one["day"].isoformat(), "score": one["score"]} for one in trend]
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_area(line={"color": COLOUR}, color=SOFT, interpolate="monotone")
        .encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(format="%d %b", tickCount=6)),
            y=alt.Y("score:Q", title=None, scale=alt.Scale(domain=[0, 100])),
        )
    )
    return _svg(chart)


def draw_rows(rows: Sequence[dict[str, Any]]) -> str:
    """New and changed rows by day and feed; empty when there is none."""
    if not rows:
        return ""
    import altair as alt

    values = [{**one, "day": one["day"].isoformat()} for one in rows]
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(day):T", title=None, axis=alt.Axis(format="%d %b")),
            y=alt.Y("rows:Q", title=None),
            color=alt.Color("feed:N", title=None),
        )
    )
    return _svg(chart)


def _svg(chart: Any) -> str:
    import vl_convert

    sized = chart.properties(width=WIDTH, height=HEIGHT, background="transparent")
    return str(vl_convert.vegalite_to_svg(sized.to_dict()))
