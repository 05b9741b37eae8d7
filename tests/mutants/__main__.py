"""`make mutants`: what the tests do not notice. Writes `.local/mutants.json`.

Two kinds: faults by hand (`lists/`), for SQL, dbt and orchestration too, each against the tests
that must find it; and a sample of mutmut's mutants of load, extract and quality.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from include.config.settings import load_settings
from tests.mutants.fault import Fault
from tests.mutants.fault_run import run_faults
from tests.mutants.library_run import run_library
from tests.mutants.lists import books, extract, load, marts, orchestration, quality
from tests.mutants.outcome import Outcome, build_score

LISTS = {
    "extract": extract.FAULTS,
    "load": load.FAULTS,
    "books": books.FAULTS,
    "quality": quality.FAULTS,
    "marts": marts.FAULTS,
    "orchestration": orchestration.FAULTS,
}


def find_faults(wanted: str) -> list[Fault]:
    """Faults of a list, or those whose name holds the words; all of them for ``."""
    every = LISTS.get(wanted)
    if every is not None:
        return list(every)
    return [one for one in chain.from_iterable(LISTS.values()) if wanted in one.name]


def choose_faults(wanted: str, seed: int, count: int) -> list[Fault]:
    """Those that are named; else as many as mutants are drawn, or all where none are drawn."""
    if wanted == "none":
        return []
    found = find_faults(wanted)
    if wanted or not 0 < count < len(found):
        return found
    return random.Random(seed).sample(found, k=count)


def run_print(outcomes: Sequence[Outcome], console: Console) -> None:
    """The survivors, and the score of each kind."""
    table = Table(
        "kind", Column("place", overflow="fold"), "what", "status", "change", show_lines=True
    )
    for one in outcomes:
        if not one.is_found:
            table.add_row(one.kind, one.place, one.name, one.status, one.change)
    if table.row_count:
        console.print(table, markup=False)
    for kind in ("fault", "mutant"):
        of_kind = [one for one in outcomes if one.kind == kind]
        found = sum(one.is_found for one in of_kind)
        if of_kind:
            console.print(f"{kind}s: {found} of {len(of_kind)} found, {build_score(of_kind):.1f} %")


def run_save(outcomes: Sequence[Outcome], seed: int, path: Path) -> None:
    kinds = {one.kind for one in outcomes}
    scores = {k: build_score([one for one in outcomes if one.kind == k]) for k in sorted(kinds)}
    told = {"seed": seed, "scores": scores, "outcomes": [asdict(one) for one in outcomes]}
    path.write_text(json.dumps(told, indent=2) + "\n")


def main(arguments: Sequence[str]) -> int:
    """0 when every fault by hand was found; survivors among the mutants are for reading."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--count", type=int, default=400, help="mutants; as many faults at most")
    parser.add_argument("--faults", default="", help="a list, or words of faults' names; `none`")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    seed = random.randrange(10_000) if asked.seed is None else asked.seed
    console, began = Console(), time.monotonic()
    console.print(f"seed {seed}: SEED={seed} COUNT={asked.count} takes the same mutants again")
    state = load_settings().state_dir
    faults = choose_faults(asked.faults, seed, asked.count)
    outcomes = run_faults(faults, state / "mutants", asked.workers) if faults else []
    if asked.count:
        outcomes += run_library(state / "mutants", seed, asked.count, asked.workers)
    run_print(outcomes, console)
    run_save(outcomes, seed, state / "mutants.json")
    shown = load_settings().shown(state / "mutants.json")
    console.print(f"written to {shown}, {time.monotonic() - began:.0f} s")
    return int(any(one.kind == "fault" and not one.is_found for one in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
