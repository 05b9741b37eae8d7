"""`new-tenant`: one YAML file."""

from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.choose import choose_connector
from include.commands.frame.complete import complete_connector
from include.commands.frame.declare import Action
from include.commands.screen.output import say
from include.commands.screen.written import say_written
from include.config.load import load_platform
from include.config.settings import load_settings
from include.core.clock import utcnow
from include.core.errors import ConfigError
from include.scaffold.files import run_write
from include.scaffold.tenant import build_tenant_file

DEFAULT_CONNECTOR = "files"  # a folder of any CSVs: runs without a vendor's account


@dataclass(frozen=True)
class Arguments:
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="2 to 21 lower-case letters and digits, e.g. newco."),
    ]
    connector: Annotated[
        list[str] | None,
        typer.Option(
            "--connector",
            metavar="CONNECTOR",
            help=f"A feed of this connector; may be repeated; default {DEFAULT_CONNECTOR}.",
            autocompletion=complete_connector,
        ),
    ] = None
    json: Json = False


def run(arguments: Arguments) -> int:
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
    say(f"next: edit it, then `elt run --tenant {arguments.name}`")
    return 0


COMMAND = Action(
    run,
    Arguments,
    "Scaffold a tenant: one YAML file with a feed of each connector named.",
    ("elt new-tenant newco", "elt new-tenant newco --connector shopify --connector stripe"),
)
