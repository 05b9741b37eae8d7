"""`new-connector`: a folder of facts, and its staging models."""

import argparse

from include.commands.output import say
from include.commands.written import say_written
from include.config.settings import load_settings
from include.core.errors import ConfigError
from include.scaffold.conformed import load_concepts
from include.scaffold.connector import KINDS, build_connector_files
from include.scaffold.files import run_write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="snake case, e.g. my_crm")
    parser.add_argument(
        "--kind",
        choices=KINDS,
        default="rest",
        help="rest: a list API described by YAML (default); files: a folder of exports; "
        "python: its own source.py",
    )
    parser.add_argument("--concept", action="append", default=[], help="a concept it feeds; repeat")
    parser.add_argument("--hooks", action="store_true", help="write hooks.py as well")


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    folder = settings.connectors_dir / arguments.name
    if folder.exists():
        raise ConfigError(
            f"connector `{arguments.name}` exists in `{folder}`. Expected a new name. "
            f"To write its staging again: `python -m include.cli new-staging {arguments.name}`."
        )
    files = build_connector_files(
        arguments.name,
        arguments.kind,
        connectors_dir=settings.connectors_dir,
        dbt_project_dir=settings.dbt_project_dir,
        concepts=load_concepts(settings.dbt_project_dir),
        wanted_concepts=tuple(arguments.concept),
        with_hooks=arguments.hooks,
    )
    say_written(run_write(files), settings.root)
    say(f"next: {folder.name}/README.md tells the five steps from here to data")
    return 0
