"""`python -m include.cli`: everything that needs no Airflow, from one shell line.

Exit codes: 0 done; 1 failed but a later try may succeed (network, rate limit, database away), and
`validate` found problems; 2 a file, a setting or the command line is wrong; 3 the source refused
or broke its contract; 4 the warehouse or dbt said no; 5 the data is wrong (a check failed).
"""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from types import ModuleType

from include.commands.exit_codes import USAGE, exit_code
from include.commands.output import complain
from include.core.errors import EltError

# Name -> (module below include.commands, one line of help), in the order people need them.
COMMANDS = {
    "validate": ("validate", "check every tenant, connector and check file"),
    "feeds": ("feeds", "what is configured: tenants, feeds, schedules, streams"),
    "connectors": ("connectors", "what can be connected, and what each connector needs"),
    "check": ("check", "can each feed be loaded: login, rights, network, clocks"),
    "run": ("run", "load, transform and check one tenant now, without Airflow"),
    "drain": ("drain", "turn the webhooks that wait in the inbox into rows"),
    "status": ("status", "last load, cursor, quarantine, freshness and score of every stream"),
    "loads": ("loads", "the last loads: their books, and why the failed ones failed"),
    "quarantine": ("quarantine", "records that did not fit: which, why; replay or drop them"),
    "backfill": ("backfill", "read an interval again in chunks, beside the schedule"),
    "cursors": ("cursors", "until when streams are loaded; read them again from before"),
    "forget": ("forget", "erase a person from everything a tenant has stored, and prove it"),
    "manifest": ("manifest", "parse the dbt project into the manifest DAGs are drawn from"),
    "pools": ("pools", "Airflow pools the connectors ask for, as JSON"),
    "new-connector": ("new_connector", "scaffold a connector with its staging models"),
    "new-tenant": ("new_tenant", "scaffold a tenant file"),
    "new-staging": ("new_staging", "generate dbt staging from a connector.yaml"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser, chosen = _build_parser(words)
    arguments = parser.parse_args(words)
    if chosen is None:
        parser.print_help()
        return USAGE
    level = logging.DEBUG if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    try:
        return int(chosen.run(arguments))
    except EltError as error:
        complain(f"error: {error}")
        return exit_code(error)
    except KeyboardInterrupt:
        complain("stopped; whatever was committed stays, the rest is read again next time")
        return 130
    except BrokenPipeError:
        # The reader (`head`) closed the pipe; Python would complain once more while shutting down.
        sys.stderr.close()
        return 0


def _build_parser(words: Sequence[str]) -> tuple[argparse.ArgumentParser, ModuleType | None]:
    """The parser, and the module of the command asked for: only that one is imported."""
    parser = argparse.ArgumentParser(
        prog="python -m include.cli",
        description=(__doc__ or "").split("\n\n")[0],
        epilog=(__doc__ or "").split("\n\n")[1],
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    wanted = next((word for word in words if not word.startswith("-")), None)
    chosen: ModuleType | None = None
    for name, (module, summary) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=f"{summary}.")
        if name == wanted:
            chosen = importlib.import_module(f"include.commands.{module}")
            chosen.add_arguments(subparser)
        subparser.add_argument("-v", "--verbose", action="store_true", help="log to stderr")
    return parser, chosen


if __name__ == "__main__":
    sys.exit(main())
