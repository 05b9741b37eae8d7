"""`limits show` and `limits clear`: credentials a source has asked to be left alone."""

from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.declare import Action, Group
from include.commands.screen.output import say, say_json
from include.commands.screen.tables import say_table
from include.core.clock import format_instant
from include.core.errors import ConfigError


@dataclass(frozen=True)
class ShowArguments:
    json: Json = False


@dataclass(frozen=True)
class ClearArguments:
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="As `limits show` names it.")]
    json: Json = False


def _show(arguments: ShowArguments) -> int:
    from include.commands.frame.connect import load_warehouse_url
    from include.ledger import ddl
    from include.ledger.connection import Warehouse
    from include.ledger.stores.rate_blocks import fetch_blocks

    with Warehouse(load_warehouse_url()).connect() as connection:
        ddl.run_migrations(connection)
        blocks = fetch_blocks(connection)
    rows = [
        {"host": one.host, "budget": one.budget[:12], "until": format_instant(one.until)}
        for one in blocks
    ]
    if arguments.json:
        say_json(rows)
    elif rows:
        say_table(("host", "budget", "until"), [tuple(row.values()) for row in rows])
    else:
        say("no source has asked to be left alone")
    return 0


def _clear(arguments: ClearArguments) -> int:
    from include.commands.frame.connect import load_warehouse_url
    from include.ledger import ddl
    from include.ledger.connection import Warehouse
    from include.ledger.stores.rate_blocks import run_clear_blocks

    with Warehouse(load_warehouse_url()).connect() as connection:
        ddl.run_migrations(connection)
        cleared = run_clear_blocks(connection, arguments.host)
    if not cleared:
        raise ConfigError(
            f"no credential of host `{arguments.host}` is blocked. Expected one that "
            "`elt limits show` names."
        )
    if arguments.json:
        say_json({"cleared": cleared})
    else:
        say(f"cleared: {cleared}; the next run asks `{arguments.host}` again")
    return 0


COMMAND = Group(
    "Credentials a source has asked to be left alone, for a day at most.",
    {
        "show": Action(
            _show,
            ShowArguments,
            "Every block that lasts: its host, which credential (as a digest), until when.",
            ("elt limits show",),
        ),
        "clear": Action(
            _clear,
            ClearArguments,
            "Ask a host again at once, because its `Retry-After` was not meant.",
            ("elt limits clear --host api.shop.example",),
        ),
    },
)
