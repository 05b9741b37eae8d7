"""Pictures of the running demo's marts: one chart a question, of the tenant where it says most.

A mart that a demo has not built, or that is empty, costs its own picture and says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import altair as alt
import psycopg
from psycopg.rows import dict_row

Rows = list[dict[str, Any]]
Connection = psycopg.Connection[dict[str, Any]]
SIZE = {"width": 640, "height": 320}
INK, LIGHT, GREY = "#1b7f79", "#d8ece9", "#c9c9c9"
# Tableau's ten without its grey, which is kept for what is not known.
COLORS = (
    "#4c78a8", "#f58518", "#e45756", "#72b7b2", "#54a24b", "#eeca3b", "#b279a2", "#ff9da6",
    "#9d755d",
)  # fmt: skip
NOWHERE = "(none)"


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        mart: Table it reads, `{mart}` of its query.
        tenant: Tenant of the demo it shows.
        query: Select with `{schema}` for the tenant's marts.
        draw: Rows -> chart.
    """

    name: str
    tenant: str
    mart: str
    query: str
    draw: Callable[[Rows], alt.Chart | alt.LayerChart]


def fetch_rows(connection: Connection, picture: Picture) -> Rows | str:
    """Rows of a picture, or why there are none."""
    schema = f"{picture.tenant}_mart"
    found = connection.execute("select to_regclass(%s) as place", [f"{schema}.{picture.mart}"])
    row = found.fetchone()
    if row is None or row["place"] is None:
        return f"{schema}.{picture.mart} is not there"
    rows = connection.execute(picture.query.format(schema=schema)).fetchall()  # type: ignore[arg-type]
    return [_plain(one) for one in rows] or f"{schema}.{picture.mart} is empty"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Values a chart can hold: days as ISO text, amounts as numbers to look at."""
    shown = {}
    for name, value in row.items():
        is_text = isinstance(value, str | bool | int | type(None))
        day = value.isoformat() if hasattr(value, "isoformat") else None
        shown[name] = value if is_text else day or float(value)
    return shown


def draw_revenue(rows: Rows) -> alt.Chart:
    """Bars a month, stacked by where it came from; what nobody knows the way of is grey, on top."""
    origins = sorted({one["origin"] for one in rows}, key=lambda name: (name == NOWHERE, name))
    colors = [GREY if name == NOWHERE else COLORS[at % 9] for at, name in enumerate(origins)]
    ranked = [one | {"place": -origins.index(one["origin"])} for one in rows]
    kind = "channel, last non-direct" if NOWHERE in origins else "source"
    return (
        alt.Chart(alt.Data(values=ranked), **SIZE, title=f"Revenue by month and {kind}")
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=None),
            y=alt.Y("revenue:Q", title="revenue, USD").axis(format="~s"),
            color=alt.Color("origin:N", title=None, sort=origins).scale(
                domain=origins, range=colors
            ),
            order=alt.Order("place:Q", sort="descending"),
        )
    )


def draw_journeys(rows: Rows) -> alt.Chart:
    """How many touches came before a conversion."""
    return (
        alt.Chart(alt.Data(values=rows), **SIZE, title="Touches before a conversion")
        .mark_bar(color=INK)
        .encode(
            x=alt.X("touches:O", title="touches (12: that many or more)").axis(labelAngle=0),
            y=alt.Y("journeys:Q", title="conversions"),
        )
    )


def draw_cohorts(rows: Rows) -> alt.LayerChart:
    """A square per cohort and month since, with its share in it."""
    base = alt.Chart(
        alt.Data(values=rows),
        width=640,
        height=420,
        title="Share of a month's new customers who buy",
    ).encode(
        x=alt.X("months_since_first:O", title="months since the first purchase").axis(labelAngle=0),
        y=alt.Y("cohort:O", title=None),
    )
    squares = base.mark_rect().encode(
        color=alt.Color("rate:Q", legend=None).scale(range=[LIGHT, INK])
    )
    words = base.mark_text(fontSize=9).encode(
        text=alt.Text("rate:Q", format=".0%"),
        color=alt.condition("datum.rate > 0.5", alt.value("white"), alt.value("#333")),
    )
    return squares + words


def draw_calibration(rows: Rows) -> alt.Chart:
    """Bought beside expected, in the part of the history that was kept from the fit."""
    bars = [
        {"what": f"{what}, {row['currency_code']}{unit}", "kind": kind, "value": row[column]}
        for row in rows
        for what, unit, pair in (
            (
                "purchases",
                " customers",
                (("expected", "expected_purchases"), ("bought", "purchases")),
            ),
            ("revenue", "", (("expected", "expected_amount"), ("bought", "amount"))),
        )
        for kind, column in pair
        if row[column] is not None
    ]
    return (
        alt.Chart(
            alt.Data(values=bars), width=200, height=280, title="Lifetime value, kept from the fit"
        )
        .mark_bar()
        .encode(
            x=alt.X("kind:N", title=None, sort=["expected", "bought"]).axis(labelAngle=0),
            y=alt.Y("value:Q", title=None).axis(format="~s"),
            color=alt.Color("kind:N", legend=None).scale(
                domain=["expected", "bought"], range=["#9ccac5", INK]
            ),
            column=alt.Column("what:N", title=None),
        )
        .resolve_scale(y="independent")
    )


def draw_stock(rows: Rows) -> alt.Chart:
    """Products by how far two systems are apart."""
    return (
        alt.Chart(alt.Data(values=rows), **SIZE, title="Stock: how far two systems are apart")
        .mark_bar()
        .encode(
            x=alt.X("difference:O", title="pieces apart (10: that many or more)").axis(
                labelAngle=0
            ),
            y=alt.Y("products:Q", title="products"),
            color=alt.Color("pair:N", title=None),
        )
    )


_MONTHLY = """
    select to_char({day}, 'YYYY-MM') as month, {origin} as origin, sum({amount}) as revenue
    from {{schema}}.{table} where {day} is not null and currency_code = 'USD'
    group by 1, 2 order by 1, 2"""
PICTURES = (
    Picture("revenue_by_source", "acme", "fct_revenue_daily",
            _MONTHLY.format(day="revenue_on", origin="source_connector", amount="revenue_amount",
                            table="fct_revenue_daily"), draw_revenue),
    Picture("revenue_by_channel", "acme", "fct_revenue_attribution", """
        select to_char(converted_on, 'YYYY-MM') as month, channel as origin,
            sum(attributed_amount) as revenue
        from {schema}.fct_revenue_attribution
        where attribution_model = 'last_non_direct' and currency_code = 'USD'
        group by 1, 2 order by 1, 2""", draw_revenue),
    Picture("journey_lengths", "summit", "fct_customer_journeys", """
        select least(touches_count, 12) as touches, count(*) as journeys
        from {schema}.fct_customer_journeys group by 1 order by 1""", draw_journeys),
    Picture("cohorts", "acme", "agg_cohort_retention", """
        select to_char(cohort_month_on, 'YYYY-MM') as cohort, months_since_first,
            retention_rate as rate
        from {schema}.agg_cohort_retention
        where currency_code = 'USD' and months_since_first between 1 and 12 and is_complete
        order by 1, 2""", draw_cohorts),
    Picture("lifetime_value_calibration", "acme", "fct_customer_lifetime_value", """
        select currency_code, holdout_expected_purchases as expected_purchases,
            holdout_purchases as purchases, holdout_expected_amount as expected_amount,
            holdout_amount as amount
        from acme_fit.lifetime_models where holdout_purchases is not null""", draw_calibration),
    Picture("stock_differences", "corner", "agg_stock_differences", """
        select greatest(least(round(difference_quantity), 10), -10)::int as difference,
            source_connector || ' - ' || other_connector as pair, count(*) as products
        from {schema}.agg_stock_differences group by 1, 2 order by 1, 2""", draw_stock),
)  # fmt: skip


def build_pictures(url: str) -> Iterable[tuple[str, alt.Chart | alt.LayerChart | str]]:
    """(Name, chart or why there is none) of each picture."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        for picture in PICTURES:
            rows = fetch_rows(connection, picture)
            yield picture.name, rows if isinstance(rows, str) else picture.draw(rows)
