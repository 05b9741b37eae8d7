"""`new-tenant`: one YAML file."""

import argparse

from include.commands.choose import choose_connector
from include.commands.output import say
from include.commands.written import say_written
from include.config.load import load_platform
from include.config.settings import load_settings
from include.core.clock import utcnow
from include.core.errors import ConfigError
from include.scaffold.files import run_write
from include.scaffold.tenant import build_tenant_file

DEFAULT_CONNECTOR = "files"  # a folder of any CSVs: runs without a vendor's account


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="2 to 21 lower-case letters and digits, e.g. newco")
    parser.add_argument(
        "--connector",
        action="append",
        help=f"a feed of this connector; repeat; default {DEFAULT_CONNECTOR}",
    )


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    known = load_platform(settings).connectors
    wanted = arguments.connector or [DEFAULT_CONNECTOR]
    connectors = [choose_connector(known, name) for name in dict.fromkeys(wanted)]
    start_date = utcnow().date().replace(month=1, day=1)
    file = build_tenant_file(
        arguments.name, connectors, tenants_dir=settings.tenants_dir, start_date=start_date
    )
    if file.path.exists():
        raise ConfigError(
            f"tenant `{arguments.name}` exists in `{file.path}`. Expected a new name. "
            "Edit the file to change the tenant."
        )
    say_written(run_write([file]), settings.root)
    say(f"next: edit it, then `python -m include.cli run --tenant {arguments.name}`")
    return 0
