"""`make bench`: run every `bench_*.py` here, print the rows, write `.local/bench.json`.

A module `bench_<what>.py` has `run() -> list[Row]`, may bound itself by `LIMIT_S`, and may say by
`FULL_ONLY` why it runs with `FULL=1`, or when it is named, alone. Arguments choose modules: `load`,
`parse`, ... Nothing but the lock files is needed without `FULL=1`.
"""

import importlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from include.config.settings import load_settings
from tests.bench.row import Row

FOLDER = Path(__file__).resolve().parent
# Several times what the slowest part takes on two quiet cores.
LIMIT_S = 1_200
# Benchmarks write their files themselves, outside of any tenant's folder.
os.environ.setdefault("ELT_FILES_SHARED", tempfile.gettempdir())
# The servers of a benchmark are on this machine.
os.environ.setdefault("ELT_ALLOWED_HOSTS", "127.0.0.1")


@dataclass
class Outcome:
    """What a whole run has found.

    Attributes:
        left_out: Name of a part -> why it was not measured.
        broken: Parts that ended in an error.
        seconds: Of each part that ran.
    """

    rows: list[Row] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def find_names(wanted: list[str]) -> list[str]:
    """Names of the parts to run, sorted.

    Raises:
        SystemExit: A name that is none.
    """
    known = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    if unknown := sorted(set(wanted) - set(known)):
        sys.exit(f"no benchmark is called `{', '.join(unknown)}`. Known: {', '.join(known)}")
    return [name for name in known if not wanted or name in wanted]


def run_all(names: list[str], *, everything: bool) -> Outcome:
    """Run these parts one after the other; one that breaks costs itself alone.

    Args:
        everything: Also parts that say `FULL_ONLY`.
    """
    outcome = Outcome()
    for name in names:
        try:
            module = importlib.import_module(f"tests.bench.bench_{name}")
        except ImportError:
            traceback.print_exc()
            outcome.broken.append(name)
            continue
        why = getattr(module, "FULL_ONLY", None)
        if why and not everything:
            outcome.left_out[name] = f"{why} FULL=1 runs it."
            continue
        print(f"-- {name}", flush=True)
        _run_part(name, module, outcome)
        print(f"   took {outcome.seconds[name]:.0f} s", flush=True)
    return outcome


def _run_part(name: str, module: Any, outcome: Outcome) -> None:
    began = time.monotonic()
    try:
        with _at_most(getattr(module, "LIMIT_S", LIMIT_S)):
            found = module.run()
    except pytest.skip.Exception as error:
        outcome.left_out[name] = str(error)
    except Exception:
        traceback.print_exc()
        outcome.broken.append(name)
    else:
        for row in found:
            print(f"   {format_row(row)}", flush=True)
        outcome.rows += found
    outcome.seconds[name] = time.monotonic() - began


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """End what takes longer, by an error it can clean up after."""

    def end(*_: object) -> None:
        raise TimeoutError(f"not measured within {seconds} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def format_row(row: Row) -> str:
    target = "" if row.target is None else f"{'>=' if row.at_least else '<='} {row.target:g}"
    verdict = "" if row.target is None else ("holds" if row.holds else "FALLS SHORT")
    return f"{row.name:<58} {row.value:>12,.2f} {row.unit:<8} {target:>10}  {verdict}"


def build_json(rows: list[Row]) -> str:
    fields = ("name", "value", "unit", "target", "holds")
    return json.dumps([{name: getattr(row, name) for name in fields} for row in rows], indent=2)


def main(arguments: list[str]) -> int:
    """0 when every benchmark ran, even if a target was missed: the table says so."""
    everything = bool(arguments) or os.environ.get("FULL") == "1"
    # Told to end, it still stops the servers it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    outcome = run_all(find_names(arguments), everything=everything)
    output = load_settings().state_dir / "bench.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(build_json(outcome.rows) + "\n")
    print()
    for row in outcome.rows:
        print(format_row(row))
    for name, why in outcome.left_out.items():
        print(f"not measured: {name}. {why}")
    for name in outcome.broken:
        print(f"{name} broke, see above")
    print(f"\n{sum(outcome.seconds.values()) / 60:.0f} minutes; written to {output}")
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
