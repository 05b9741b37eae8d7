"""How sure the engine was of its pairs, beside what they are: one picture a kind."""

from collections import Counter
from collections.abc import Iterable
from math import log2
from typing import Any

import altair as alt

from include.identity.settings import IdentitySettings

# Probability on a scale of its odds: most pairs are at the ends, where a plain scale shows nothing.
LEAST, MOST = -7, 16
TICKS = (0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)
ONE, TWO = "truly one", "truly two"
COLORS = {ONE: "#1b7f79", TWO: "#d1495b"}


def build_bits(score: float) -> float:
    """log2 of the odds, held between the ends of the picture."""
    held = min(max(score, 1e-9), 1 - 1e-9)
    return min(max(log2(held / (1 - held)), LEAST), MOST - 0.001)


def build_bins(pairs: Iterable[tuple[float, bool]]) -> list[dict[str, Any]]:
    """Pairs by a whole number of bits and by what they truly are."""
    counts = Counter((int(build_bits(score) // 1), is_one) for score, is_one in pairs)
    return [
        {"from": bits, "to": bits + 1, "pairs": count, "truth": ONE if is_one else TWO}
        for (bits, is_one), count in sorted(counts.items())
    ]


def build_chart(
    kind: str, pairs: Iterable[tuple[float, bool]], settings: IdentitySettings
) -> alt.LayerChart:
    """Bars by probability; lines where review and accept begin."""
    labels = {round(build_bits(tick), 4): f"{tick:g}" for tick in TICKS}
    words = " : ".join(f"abs(datum.value - {at}) < 0.01 ? '{text}'" for at, text in labels.items())
    axis = alt.Axis(values=list(labels), labelExpr=f"{words} : ''", title="probability of one")
    bars = (
        alt.Chart(alt.Data(values=build_bins(pairs)))
        .mark_bar(opacity=0.65, stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("from:Q", axis=axis, scale=alt.Scale(domain=[LEAST, MOST], nice=False)),
            x2="to:Q",
            y=alt.Y("pairs:Q", stack=None, title="pairs").scale(type="symlog"),
            y2=alt.datum(0),
            color=alt.Color("truth:N", title=None).scale(
                domain=list(COLORS), range=list(COLORS.values())
            ),
        )
    )
    limits = alt.Data(
        values=[
            {"at": build_bits(settings.review), "label": f"review from {settings.review:g}"},
            {"at": build_bits(settings.accept), "label": f"accept from {settings.accept:g}"},
        ]
    )
    rules = alt.Chart(limits).mark_rule(strokeDash=[5, 3], color="#333").encode(x="at:Q")
    # The names stand outside of the band between the lines, so that they never meet.
    names = [
        alt.Chart(limits)
        .transform_filter(f"datum.at {sign} {build_bits(settings.accept)}")
        .mark_text(align=align, dx=dx, color="#333")
        .encode(x="at:Q", y=alt.value(10), text="label:N")
        for sign, align, dx in (("<", "right", -5), (">=", "left", 5))
    ]
    title = f"{kind.capitalize()}: pairs that were compared, by how sure the engine is"
    return alt.layer(bars, rules, *names).properties(width=640, height=320, title=title)
