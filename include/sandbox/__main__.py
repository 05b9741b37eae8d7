"""Command line: `generate` a world into a folder, `serve` it over HTTP."""

import argparse
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from include.core.clock import utcnow
from include.core.errors import ConfigError
from include.sandbox.world import SIZES, WorldSpec, load_spec


def _size(text: str) -> int:
    return SIZES[text] if text in SIZES else int(text)


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def build_parser() -> argparse.ArgumentParser:
    """Words of the command line."""
    parser = argparse.ArgumentParser(prog="python -m include.sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="write export files, world.json and truth.json")
    generate.add_argument("--out", type=Path, required=True, help="folder to write to")
    generate.add_argument(
        "--size",
        type=_size,
        default=SIZES["default"],
        help="small (100), default (1000) or a number of customers",
    )
    generate.add_argument("--seed", type=int, default=7)
    # Vendors keep two or three years: a world with a fixed end would grow too old to be read.
    today = utcnow().replace(hour=0, minute=0, second=0, microsecond=0)
    generate.add_argument(
        "--end", type=_day, default=today, help="end of the main history, YYYY-MM-DD; default today"
    )
    later = generate.add_mutually_exclusive_group()
    later.add_argument(
        "--as-of",
        type=_day,
        help="write what is known before this day (up to 92 days after the end)",
    )
    later.add_argument(
        "--advance", type=int, metavar="DAYS", help="write the state this many days after the end"
    )
    serve = commands.add_parser("serve", help="serve the vendors' APIs of a generated world")
    serve.add_argument("--world", type=Path, required=True, help="folder with world.json")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8900)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 on success, 2 with one line on stderr when the input is wrong."""
    chosen = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if chosen.command == "generate":
            from include.sandbox.generate import run_generate

            as_of = chosen.as_of or chosen.end + timedelta(days=chosen.advance or 0)
            run_generate(WorldSpec(chosen.size, chosen.seed, chosen.end, as_of), chosen.out)
        else:
            from include.sandbox.serve.server import run_server

            run_server(load_spec(chosen.world), chosen.host, chosen.port)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
