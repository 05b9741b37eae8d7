"""The models' weights as they stand in the SQL, against what the literature defines them by.

Shapley: Shapley (1953), a player's mean contribution over all orders of arrival. A coalition of
channels is worth the revenue of the journeys that lie inside it (Zhao et al. 2018, Shapley Value
Methods for Attribution Modeling in Online Advertising, the simplified form), a journey without one
of its channels nothing: the SQL may then share each journey alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from random import Random

import duckdb
import pytest

from tests.contract.dbt_models import RENDERER

CHANNELS = ("Paid Search", "Email", "Direct", "Display")
Journey = tuple[tuple[str, ...], int]
MODELS: Mapping[str, str] = RENDERER.macros["attribution_models"]()


def count_shapley(journeys: Sequence[Journey]) -> dict[str, Fraction]:
    """By the definition: every order in which channels may arrive."""
    orders = list(permutations(CHANNELS))

    def worth(coalition: set[str]) -> int:
        return sum(revenue for touches, revenue in journeys if set(touches) <= coalition)

    found: dict[str, Fraction] = defaultdict(Fraction)
    for order in orders:
        there: set[str] = set()
        for channel in order:
            gain = worth(there | {channel}) - worth(there)
            found[channel] += Fraction(gain, len(orders))
            there.add(channel)
    return dict(found)


def count_by_sql(journeys: Sequence[Journey], model: str) -> dict[str, float]:
    """Revenue of each channel: a journey's is shared in proportion to the SQL's weights."""
    rows = [
        (number, revenue, channel, place, len(touches), touches.count(channel))
        for number, (touches, revenue) in enumerate(journeys)
        for place, channel in enumerate(touches, 1)
    ]
    with duckdb.connect() as db:
        db.execute(
            "create table touches (journey int, revenue int, channel text, touch_position int, "
            "touches_count int, channel_touches_count int)"
        )
        db.executemany("insert into touches values (?, ?, ?, ?, ?, ?)", rows)
        shared = db.execute(
            "with weighed as (select *, cast(" + MODELS[model] + " as double) as weight from "
            "touches) select channel, sum(part) from (select channel, revenue * weight / "
            "sum(weight) over (partition by journey) as part from weighed) as t group by 1"
        )
        return dict(shared.fetchall())


# A glove's game: two halves are worth what one is not; a touch that stands alone keeps all.
WORKED: list[Journey] = [
    (("Paid Search", "Email"), 60),
    (("Paid Search",), 30),
    (("Email", "Direct", "Email"), 90),
]


def test_a_worked_example() -> None:
    assert count_by_sql(WORKED, "shapley") == pytest.approx(
        {"Paid Search": 60, "Email": 75, "Direct": 45}
    )
    assert count_shapley(WORKED) == {"Paid Search": 60, "Email": 75, "Direct": 45, "Display": 0}


@pytest.mark.parametrize("seed", range(8))
def test_shapley_is_the_mean_contribution_over_all_orders(seed: int) -> None:
    draw = Random(seed)
    journeys: list[Journey] = [
        (tuple(draw.choices(CHANNELS, k=draw.randint(1, 6))), draw.randint(1, 500))
        for _ in range(25)
    ]
    known = {channel: float(value) for channel, value in count_shapley(journeys).items() if value}
    assert count_by_sql(journeys, "shapley") == pytest.approx(known)


@pytest.mark.parametrize(
    ("touches", "known"),
    [
        (("Email",), {"Email": 100}),
        (("Email", "Direct"), {"Email": 50, "Direct": 50}),
        (("Email", "Direct", "Display"), {"Email": 40, "Direct": 20, "Display": 40}),
        # Google's and Adobe's U-shape: the 20 between the ends are split among all there.
        (("Email", "Direct", "Direct", "Display"), {"Email": 40, "Direct": 20, "Display": 40}),
        (("Email", "Direct", "Display", "Direct", "Email"),
         {"Email": 80, "Direct": 40 / 3, "Display": 20 / 3}),
    ],
)  # fmt: skip
def test_position_based_is_forty_twenty_forty(
    touches: tuple[str, ...], known: dict[str, float]
) -> None:
    assert count_by_sql([(touches, 100)], "position_based") == pytest.approx(known)
