"""`make truth`: the running demo's marts against what really happened, into `.local/truth.json`.

`python -m tests.truth world [SIZE] [SEED ...]` asks the engine alone, over worlds in memory.
"""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console

from include.config.settings import load_settings, use_demo
from include.local.stack import load_facts
from include.sandbox.testing import SEEDS
from include.sandbox.world import SIZES, WorldSpec
from tests.truth.marts import build_report
from tests.truth.row import ALL, TruthRow, build_agreement_rows, build_json
from tests.truth.screen import say_report
from tests.truth.world import LOADERS, measure_world

ASK_S = 120


def run_demo(console: Console) -> int:
    """0 when everything that is judged holds, 1 when not, 2 without a demo to look at."""
    use_demo()
    facts = load_facts()
    known = facts.state.sandbox / "truth.json"
    if not known.exists():
        console.print("make truth needs a demo that has run: `make demo` first.")
        return 2
    truth = json.loads(known.read_text(encoding="utf-8"))
    truth |= fetch_truth_of_now(facts.ports.sandbox)
    try:
        with psycopg.connect(facts.warehouse_url, autocommit=True) as connection:
            report = build_report(connection, truth)
    except psycopg.OperationalError as error:
        words = str(error).strip().partition("\n")[0]
        console.print(f"the demo's warehouse does not answer: {words}. Start it: `make up DEMO=1`.")
        return 2
    say_report(report.rows, report.evidence, console)
    path = write_rows(report.rows)
    console.print(f"written to {path}")
    return int(any(row.holds is False for row in report.rows))


def fetch_truth_of_now(port: int) -> dict[str, Any]:
    """What the running sandbox knows by now, later events included; nothing when it is down."""
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/_sandbox/truth", timeout=ASK_S
        ) as answer:
            found: dict[str, Any] = json.load(answer)
    except OSError:
        return {}
    return found


def write_rows(rows: list[TruthRow]) -> Path:
    """`.local/truth.json`, beside the demo's own folder."""
    path = load_settings().root / ".local" / "truth.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(build_json(rows), indent=2) + "\n", encoding="utf-8")
    return path


def run_worlds(console: Console, size: int, seeds: list[int]) -> int:
    """The engine over worlds in memory: every seed has to hold."""
    short = False
    for seed in seeds:
        result = measure_world(WorldSpec(size=size, seed=seed), tuple(LOADERS))
        rows = []
        for kind, found in result.agreements.items():
            for tenant, agreement in found.items():
                rows += build_agreement_rows(tenant, kind, agreement)
            rows += build_agreement_rows(ALL, kind, result.total(kind))
        console.rule(f"seed {seed}, size {size}")
        say_report(rows, result.evidence, console)
        short = short or any(row.holds is False for row in rows if row.tenant == ALL)
    return int(short)


def main(arguments: list[str]) -> int:
    console = Console()
    if arguments[:1] == ["world"]:
        numbers = [int(text) for text in arguments[1:]]
        size = numbers[0] if numbers else SIZES["default"]
        return run_worlds(console, size, numbers[1:] or list(SEEDS))
    return run_demo(console)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
