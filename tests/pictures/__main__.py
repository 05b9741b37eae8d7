"""`make pictures`: what numbers look like, as PNG and SVG in `.local/pictures`.

How sure identity is of its pairs comes from a world in memory, seed 7 (`SIZE=small` is quicker).
The others are the running demo's marts; without a demo they are left out, with a word.
"""

import sys
from pathlib import Path

import altair as alt
import psycopg

from include.config.settings import load_settings, use_demo
from include.identity.settings import IdentitySettings
from include.local.stack import load_facts
from include.sandbox.world import SIZES, WorldSpec
from tests.pictures.marts import build_pictures
from tests.pictures.scores import build_chart
from tests.truth.world import LOADERS, measure_world


def run_scores(folder: Path, size: int) -> list[Path]:
    """Two files a kind of thing identity joins; the paths."""
    kinds = tuple(LOADERS)
    result = measure_world(WorldSpec(size=size), kinds)
    written = []
    for kind in kinds:
        pairs = [(pair.score, is_one) for pair, is_one in result.pairs[kind]]
        chart = build_chart(kind, pairs, IdentitySettings())
        written += run_save(chart, folder, f"identity_scores_{kind}")
    return written


def run_marts(folder: Path) -> list[Path]:
    """Two files a picture of the demo's marts; says what is left out and why."""
    use_demo()
    written = []
    try:
        for name, chart in build_pictures(load_facts().warehouse_url):
            if isinstance(chart, str):
                print(f"{name}: left out, {chart}")
            else:
                written += run_save(chart, folder, name)
    except (psycopg.OperationalError, OSError) as error:
        words = (str(error).strip() or type(error).__name__).partition("\n")[0]
        print(f"marts: left out, the demo's warehouse does not answer ({words}): `make up DEMO=1`")
    return written


def run_save(chart: alt.Chart | alt.LayerChart, folder: Path, name: str) -> list[Path]:
    """The chart as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{ending}" for ending in ("png", "svg")]
    for path in paths:
        chart.save(str(path), scale_factor=2 if path.suffix == ".png" else 1)
    return paths


def main(arguments: list[str]) -> int:
    root = load_settings().root
    folder = root / ".local" / "pictures"
    words = arguments or ["default"]
    written = [] if words[0] == "marts" else run_scores(folder, SIZES[words[0]])
    for path in [*written, *run_marts(folder)]:
        print(path.relative_to(root))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
