"""`python -m include.local COMMAND`: what the Makefile calls to run the platform here."""

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Sequence

from include.commands.screen.output import complain, say
from include.config.load import load_platform
from include.config.settings import DEMO_TENANTS, load_settings, use_demo
from include.core.errors import EltError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 1 with a reason otherwise."""
    arguments = _build_parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    if arguments.demo:
        use_demo()
    try:
        return int(arguments.run(arguments) or 0)
    except EltError as error:
        complain(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        complain("stopped waiting; what was started goes on (make status, make down)")
        return 130


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m include.local", description=__doc__)
    parser.add_argument("--demo", action="store_true", help="the demo's tenants, not yours")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start PostgreSQL and Airflow with your tenants")
    up.set_defaults(run=_up)
    demo = commands.add_parser(
        "demo", help="a stack with the sandbox; every demo tenant through it"
    )
    demo.set_defaults(run=_demo)
    for command in (up, demo):
        command.add_argument("--size", help="small, default or a number of customers")
    commands.add_parser("down", help="stop exactly what was started").set_defaults(run=_down)
    commands.add_parser("status", help="what runs").set_defaults(run=_status)
    commands.add_parser("env", help="write .local/env").set_defaults(run=_env)
    commands.add_parser("manifest", help="the dbt manifest").set_defaults(run=_manifest)
    once = commands.add_parser("run", help="elt run with the local servers' environment")
    once.add_argument("words", nargs=argparse.REMAINDER)
    once.set_defaults(run=_run)
    return parser


def _up(arguments: argparse.Namespace) -> None:
    from include.local.stack import run_up

    platform = load_platform()
    for problem in platform.problems:
        complain(str(problem))
    facts = run_up(arguments.size or None, sandbox=load_settings().is_demo)
    if not platform.tenants:
        say(f"no tenants in {facts.tenants_dir}; make new-tenant NAME=mybiz writes one")
    say(f"Airflow: {facts.ui}   user admin   password {facts.secrets.admin}")


def _down(arguments: argparse.Namespace) -> None:
    from include.local.stack import run_down

    del arguments
    stopped = [f"{what} ({stack})" for stack in _each_stack() for what in run_down()]
    say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


def _status(arguments: argparse.Namespace) -> int:
    from include.local.stack import run_status

    del arguments
    running = []
    for stack in _each_stack():
        say(f"{stack}:")
        running.append(run_status())
    return 0 if any(running) else 1


def _each_stack() -> Iterator[str]:
    """The stacks that have been started here once, each in turn the one of the settings."""
    from include.local.state import load_state

    if load_state().records.exists() and not load_settings().is_demo:
        yield "your tenants"
    use_demo()
    if load_state().records.exists():
        yield "demo"


def _env(arguments: argparse.Namespace) -> None:
    from include.local.airflow_env import build_airflow_environment, write_env_file
    from include.local.stack import load_facts

    del arguments
    facts = load_facts()
    write_env_file(facts, build_airflow_environment(facts, load_platform()))
    say(f"source {facts.state.env_file}")


def _manifest(arguments: argparse.Namespace) -> None:
    from include.pipeline.dbt.manifest import run_build_manifest

    del arguments
    logging.getLogger().setLevel(logging.INFO)
    run_build_manifest(load_platform())


def _demo(arguments: argparse.Namespace) -> int:
    from include.local.demo import run_demo

    use_demo()
    return run_demo(arguments.size or None)


def _run(arguments: argparse.Namespace) -> int:
    from include.local.stack import run_servers_only

    words = [word for word in arguments.words if word != "--"]
    if _names_demo_tenant(words):
        complain("a tenant of the demo: its sandbox, its warehouse")
        use_demo()
    environment = run_servers_only()
    os.execve(sys.executable, [sys.executable, "-m", "include.cli", "run", *words], environment)  # noqa: S606


def _names_demo_tenant(words: Sequence[str]) -> bool:
    """Whether `--tenant X` is a demo's; a file of the user's with that name comes first."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--tenant", default="")
    file = f"{parser.parse_known_args(words)[0].tenant}.yaml"
    return not (load_settings().tenants_dir / file).exists() and (DEMO_TENANTS / file).exists()


if __name__ == "__main__":
    sys.exit(main())
