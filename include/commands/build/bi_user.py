"""`bi-user`: a read-only login for the tools of people who look at numbers."""

from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import Json, TenantName
from include.commands.frame.choose import choose_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import say, say_json
from include.config.load import load_platform
from include.core import naming


@dataclass(frozen=True)
class Arguments:
    tenant: TenantName
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Give an existing login a new password.")
    ] = False
    json: Json = False


def run(arguments: Arguments) -> int:
    from include.commands.frame.connect import load_warehouse
    from include.destinations.postgres.marts.reader_role import run_ensure_reader
    from include.ledger.login.conninfo import parse_conninfo

    tenant = choose_tenant(load_platform(), arguments.tenant)
    warehouse = load_warehouse(tenant)
    owner = naming.tenant_role(tenant.id) if warehouse.uses_tenant_roles else None
    with warehouse.connect() as connection:
        reader = run_ensure_reader(connection, tenant.id, owner, rotate=arguments.rotate)
    place = parse_conninfo(warehouse.url)
    told = {
        "host": place.get("host", "localhost"),
        "port": place.get("port", "5432"),
        "database": place.get("dbname", ""),
        "schema": reader.schema,
        "user": reader.role,
        "password": reader.password,
    }
    if arguments.json:
        say_json(told)
        return 0
    shown = reader.password or "(set before; --rotate gives a new one)"
    for name, value in {**told, "password": shown}.items():
        say(f"{name:<9} {value}")
    if reader.password:
        say("The password is shown this once and stored nowhere. docs/bi.md: how tools connect.")
    return 0


COMMAND = Action(
    run,
    Arguments,
    "Make a read-only login to the views of `<tenant>_bi`.\n\n"
    "It sees one tenant's views and nothing else, and keeps its rights when they are built anew. "
    "Run again it mends the rights and leaves the password.",
    ("elt bi-user --tenant acme", "elt bi-user --tenant acme --rotate"),
)
