"""`new-staging`: dbt staging from a connector.yaml, edited files kept."""

import argparse

from include.commands.choose import choose_connector
from include.commands.written import say_written
from include.config.load import load_platform
from include.config.settings import load_settings
from include.scaffold.conformed import load_concepts
from include.scaffold.files import run_write
from include.scaffold.staging import build_staging_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="an existing connector")
    parser.add_argument("--force", action="store_true", help="overwrite edited files, too")


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    connector = choose_connector(load_platform(settings).connectors, arguments.name)
    folder = settings.dbt_project_dir / "models" / "staging" / arguments.name
    files = build_staging_files(connector, folder, load_concepts(settings.dbt_project_dir))
    say_written(run_write(files, force=arguments.force), settings.root)
    return 0
