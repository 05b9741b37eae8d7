"""`python -m include.local COMMAND`: what the Makefile calls to run the platform here."""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Annotated

import typer
from typer.exceptions import TyperException

from include.commands.frame.declare import SETTINGS
from include.commands.frame.exit_codes import USAGE
from include.commands.screen.output import complain, say, say_json
from include.config.load import load_platform
from include.config.settings import DEMO_TENANTS, load_settings, use_demo
from include.core.errors import EltError

PROGRAM = "python -m include.local"
Size = Annotated[str, typer.Option(metavar="SIZE", help="small, default or a number of customers.")]
app = typer.Typer(
    name=PROGRAM, add_completion=False, rich_markup_mode=None, context_settings=SETTINGS
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed with a reason, 2 a word is wrong."""
    words = list(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        return int(app(words or ["--help"], prog_name=PROGRAM, standalone_mode=False) or 0)
    except EltError as error:
        complain(f"error: {error}")
        return 1
    except TyperException as error:
        complain(f"error: {error.format_message()} See `{PROGRAM} --help`.")
        return USAGE
    except KeyboardInterrupt:
        complain("stopped waiting; what was started goes on (make status, make down)")
        return 130


@app.callback(help="Runs the platform on this machine; `make` calls it.")
def _choose_stack(
    demo: Annotated[bool, typer.Option("--demo", help="The demo's tenants, not yours.")] = False,
) -> None:
    if demo:
        use_demo()


@app.command("up", help="Start PostgreSQL and Airflow with your tenants.")
def _up(size: Size = "") -> None:
    from include.local.stack import run_up

    platform = load_platform()
    for problem in platform.problems:
        complain(str(problem))
    facts = run_up(size or None, sandbox=load_settings().is_demo)
    if not platform.tenants:
        say(f"no tenants in {facts.tenants_dir}; make new-tenant NAME=mybiz writes one")
    say(f"Airflow: {facts.ui}   user admin   password {facts.secrets.admin}")
    say(f"Console: {facts.ui}/elt/")


@app.command("down", help="Stop exactly what was started.")
def _down() -> None:
    from include.local.stack import run_down

    stopped = [f"{what} ({stack})" for stack in _each_stack() for what in run_down()]
    say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


@app.command("status", help="What runs, where, since when; 1 when some of it does not.")
def _status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> int:
    from include.local.running import fetch_running

    found = {stack: fetch_running() for stack in _each_stack()}
    if as_json:
        say_json({stack: [asdict(one) for one in running] for stack, running in found.items()})
    else:
        for stack, running in found.items():
            say(f"{stack}:")
            for one in running:
                say(str(one))
        if not found:
            say("nothing was started here; `make demo` shows it all, `make up` runs your tenants")
    return 0 if any(all(one.pid for one in running) for running in found.values()) else 1


def _each_stack() -> Iterator[str]:
    """The stacks that have been started here once, each in turn the one of the settings."""
    from include.local.state import load_state

    if load_state().records.exists() and not load_settings().is_demo:
        yield "your tenants"
    use_demo()
    if load_state().records.exists():
        yield "demo"


@app.command("env", help="Write .local/env, which gives `airflow` and `dbt` by hand.")
def _env() -> None:
    from include.local.airflow_env import build_airflow_environment, write_env_file
    from include.local.stack import load_facts

    facts = load_facts()
    write_env_file(facts, build_airflow_environment(facts, load_platform()))
    say(f"source {facts.state.env_file}")


@app.command("manifest", help="Parse the dbt project into the manifest of the DAGs.")
def _manifest() -> None:
    from include.pipeline.dbt.manifest import run_build_manifest

    logging.getLogger().setLevel(logging.INFO)
    run_build_manifest(load_platform())


@app.command("connections", help="The sandbox's, in the form `airflow connections import` reads.")
def _connections(
    base: Annotated[str, typer.Option(help="Where the sandbox answers.")],
) -> None:
    from include.local.airflow_env import build_sandbox_connections
    from include.local.state import load_state

    say_json(build_sandbox_connections(load_state(), load_platform(), base))


@app.command("demo", help="A stack with the sandbox, and every demo tenant through it.")
def _demo(size: Size = "") -> int:
    from include.local.demo import run_demo

    use_demo()
    return run_demo(size or None)


@app.command("mishap", help="A business that goes wrong on purpose: what its alerts say.")
def _mishap(
    heal: Annotated[bool, typer.Option("--heal", help="Mend its files; its alerts end.")] = False,
) -> int:
    from include.local.runs.mishap import run_mishap

    use_demo()
    return run_mishap(heal=heal)


@app.command(
    "run",
    help="`elt run` with the local servers' environment; its words follow `--`.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def _run(context: typer.Context) -> None:
    from include.local.stack import run_servers_only

    words = [word for word in context.args if word != "--"]
    if _names_demo_tenant(words):
        complain("a tenant of the demo: its sandbox, its warehouse")
        use_demo()
    environment = run_servers_only()
    os.execve(sys.executable, [sys.executable, "-m", "include.cli", "run", *words], environment)  # noqa: S606


def _names_demo_tenant(words: Sequence[str]) -> bool:
    """Whether `--tenant X` is a demo's; a file of the user's with that name comes first."""
    names = [after for word, after in pairwise(words) if word == "--tenant"]
    names += [word.partition("=")[2] for word in words if word.startswith("--tenant=")]
    file = f"{names[-1]}.yaml" if names else ""
    mine = load_settings().tenants_dir / file
    return bool(file) and not mine.exists() and (DEMO_TENANTS / file).exists()


if __name__ == "__main__":
    sys.exit(main())
