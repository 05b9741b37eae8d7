"""`make bench`: run every `bench_*.py` here, print the rows, write `.local/bench.json`.

A module `bench_<what>.py` has `run() -> list[Row]`. Arguments choose modules: `load`, `parse`, ...
"""

import importlib
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

from include.config.settings import load_settings
from tests.bench.row import Row

FOLDER = Path(__file__).resolve().parent
# Benchmarks write their files themselves, outside of any tenant's folder.
os.environ.setdefault("ELT_FILES_SHARED", tempfile.gettempdir())
# The servers of a benchmark are on this machine.
os.environ.setdefault("ELT_ALLOWED_HOSTS", "127.0.0.1")


def find_names(wanted: list[str]) -> list[str]:
    """Module names of the benchmarks to run, sorted."""
    names = sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    return [name for name in names if not wanted or name.removeprefix("bench_") in wanted]


def run_all(names: list[str]) -> tuple[list[Row], list[str]]:
    """Rows of all benchmarks, and the names of those that broke."""
    rows: list[Row] = []
    broken: list[str] = []
    for name in names:
        print(f"-- {name}", flush=True)
        try:
            found = importlib.import_module(f"tests.bench.{name}").run()
        except Exception:
            traceback.print_exc()
            broken.append(name)
            continue
        for row in found:
            print(f"   {format_row(row)}", flush=True)
        rows += found
    return rows, broken


def format_row(row: Row) -> str:
    target = "" if row.target is None else f"{'>=' if row.at_least else '<='} {row.target:g}"
    verdict = "" if row.target is None else ("holds" if row.holds else "FALLS SHORT")
    return f"{row.name:<58} {row.value:>12,.2f} {row.unit:<8} {target:>10}  {verdict}"


def build_json(rows: list[Row]) -> str:
    fields = ("name", "value", "unit", "target", "holds")
    return json.dumps([{name: getattr(row, name) for name in fields} for row in rows], indent=2)


def main(arguments: list[str]) -> int:
    """0 when every benchmark ran, even if a target was missed: the table says so."""
    rows, broken = run_all(find_names(arguments))
    output = load_settings().state_dir / "bench.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(build_json(rows) + "\n")
    print()
    for row in rows:
        print(format_row(row))
    print(f"\nwritten to {output}")
    for name in broken:
        print(f"{name} broke, see above")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
