"""Everything that needs no Airflow, from one shell line.

Exit codes: 0 done; 1 failed but a later try may succeed (network, rate limit, database away), and
`validate` found problems; 2 a file, a setting or the command line is wrong; 3 the source refused
or broke its contract; 4 the warehouse or dbt said no; 5 the data is wrong (a check failed).
"""

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import Abort, TyperException

from include.commands.frame.declare import SETTINGS, Markup, build_command
from include.commands.frame.exit_codes import USAGE, exit_code
from include.commands.screen.output import complain, say_json
from include.core.errors import EltError

PROGRAM = "elt"
INTERRUPTED = 130
# Panel -> name -> one line of help, in the order people need them; `find_module` finds its module.
PANELS = {
    "Look": {
        "validate": "Check every tenant, connector and check file.",
        "feeds": "What is configured: tenants, feeds, schedules, streams.",
        "connectors": "What can be connected, and what each connector needs.",
        "check": "Can each feed be loaded: login, rights, network, clocks.",
        "status": "Where every stream stands: last load, freshness, score.",
        "checks": "What is checked and what came of it; mute one for a while.",
        "report": "How far the numbers can be trusted: score, reasons, a page.",
        "loads": "The last loads, their books, and why some failed.",
        "alerts": "What stands wrong, who was told, and what you say to it.",
        "watch": "Tell people what is wrong, also of Airflow itself.",
        "who": "One person in all sources, and why the records are theirs.",
        "categories": "What sources' categories are called, and what to call them.",
    },
    "Load": {
        "run": "Load, transform and check one tenant now, without Airflow.",
        "drain": "Turn the webhooks that wait in the inbox into rows.",
        "backfill": "Read an interval again in chunks, beside the schedule.",
    },
    "Repair": {
        "quarantine": "Records that did not fit: look, load again, drop.",
        "cursors": "Until when streams are loaded; read them again from before.",
        "limits": "Credentials a source wants to be left alone; ask again.",
        "forget": "Erase a person from all a tenant has stored; prove it.",
    },
    "Numbers": {
        "lineage": "Where a mart's column comes from, and a row's raw records.",
        "bi-user": "A read-only login to one tenant's views, for dashboards.",
    },
    "Build": {
        "new-tenant": "Scaffold a tenant file.",
        "new-connector": "Scaffold a connector with its staging models.",
        "new-staging": "Generate dbt staging from a connector.yaml.",
        "manifest": "Parse the dbt project into the manifest of the DAGs.",
        "destination": "What a tenant's warehouse must allow, as statements.",
        "pools": "Airflow pools the connectors ask for, as JSON.",
    },
}
LOOK = ("categories", "checks", "loads", "report")
COMMANDS = {name: about for panel in PANELS.values() for name, about in panel.items()}


def find_module(name: str) -> str:
    """The module of a command; those that make files and those about the books have folders."""
    makes = PANELS["Build"] | PANELS["Numbers"]
    folder = "build." if name in makes else "look." if name in LOOK else ""
    return f"include.commands.{folder}{name.replace('-', '_')}"


class LazyGroup(TyperGroup):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        del ctx
        return list(COMMANDS)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself; what `get_command` answers is only its name and help."""
        name, found, rest = super().resolve_command(ctx, args)
        if name is not None:
            module = importlib.import_module(find_module(name))
            found = build_command(name, module.COMMAND, self.rich_markup_mode)  # type: ignore[arg-type]
        return name, found, rest


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except EltError as error:
        complain(f"error: {error}")
        if "--json" in words:
            say_json({"error": {"type": type(error).__name__, "message": str(error)}})
        return exit_code(error)
    except TyperException as error:
        complain(f"error: {_explain(error)}")
        context = getattr(error, "ctx", None)
        complain(f"See `{context.command_path if context else PROGRAM} --help`.")
        return USAGE
    except (KeyboardInterrupt, Abort):
        complain("stopped; whatever was committed stays, the rest is read again next time")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`) closed the pipe; Python would complain once more while shutting down.
        sys.stderr.close()
        return 0


def _explain(error: TyperException) -> str:
    """Typer's sentence; for an unknown option the nearest known one, as everywhere else."""
    close = getattr(error, "possibilities", None)
    if close:
        return f"{error.message}. Did you mean {close[0]}?"
    return error.format_message()


def _run(words: list[str]) -> int:
    # Panels and colours at a terminal; in a pipe plain lines, and a third of the time.
    app = _build_app("rich" if sys.stdout.isatty() else None)
    if not words:
        app.main(args=["--help"], prog_name=PROGRAM, standalone_mode=False)
        return USAGE
    return int(app.main(args=words, prog_name=PROGRAM, standalone_mode=False) or 0)


def _build_app(markup: Markup) -> TyperGroup:
    about, codes = (__doc__ or "").strip().split("\n\n")
    app = typer.Typer(
        name=PROGRAM, cls=LazyGroup, rich_markup_mode=markup, context_settings=SETTINGS
    )
    app.callback(help=about, epilog=codes.replace("\n", " "))(_nothing)
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for panel, commands in PANELS.items():
        for name, summary in commands.items():
            group.add_command(
                TyperCommand(
                    name,
                    help=summary,
                    rich_markup_mode=markup,
                    rich_help_panel=panel,
                )
            )
    return group


def _nothing() -> None:
    """Without a command there is only the help."""


if __name__ == "__main__":
    sys.exit(main())
