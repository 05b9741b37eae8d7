"""`manifest`: the dbt manifest that transform DAGs are drawn from."""

import argparse

from include.commands.output import say
from include.config.load import load_platform
from include.config.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="parse even when nothing has changed")


def run(arguments: argparse.Namespace) -> int:
    from include.pipeline.dbt.manifest import run_build_manifest

    settings = load_settings()
    path = run_build_manifest(load_platform(settings), settings, force=arguments.force)
    say(f"manifest {path}")
    return 0
