"""`make pictures`: what the engine's scores look like, as PNG and SVG in `.local/pictures`.

From a world in memory, seed 7: no server and no demo is needed. `SIZE=small` is quicker.
"""

import sys
from pathlib import Path

from include.config.settings import load_settings
from include.identity.settings import IdentitySettings
from include.sandbox.world import SIZES, WorldSpec
from tests.pictures.scores import build_chart
from tests.truth.world import LOADERS, measure_world


def run_pictures(folder: Path, size: int) -> list[Path]:
    """Write two files a kind; the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds, written = tuple(LOADERS), []
    result = measure_world(WorldSpec(size=size), kinds)
    for kind in kinds:
        pairs = [(pair.score, is_one) for pair, is_one in result.pairs[kind]]
        chart = build_chart(kind, pairs, IdentitySettings())
        for ending in ("png", "svg"):
            path = folder / f"identity_scores_{kind}.{ending}"
            chart.save(str(path), scale_factor=2 if ending == "png" else 1)
            written.append(path)
    return written


def main(arguments: list[str]) -> int:
    folder = load_settings().root / ".local" / "pictures"
    for path in run_pictures(folder, SIZES[arguments[0] if arguments else "default"]):
        print(path.relative_to(folder.parents[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
