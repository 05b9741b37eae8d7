"""`categories`: the tenant's category map as a file, with what the products in common suggest."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.choose import choose_tenant
from include.commands.frame.complete import complete_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import complain, say, say_json
from include.config.load import load_platform
from include.config.tenant.categories import COLUMNS, build_categories_path
from include.config.tenant.identity import CategoryName

Suggested = tuple[str, str, str, str | None, str | None, float, int]

HEAD = (*COLUMNS, "suggested", "confidence", "products")
NOTHING = 1


@dataclass(frozen=True)
class Arguments:
    tenant: Annotated[
        str,
        typer.Argument(metavar="TENANT", help="The tenant's id.", autocompletion=complete_tenant),
    ]
    write: Annotated[
        bool, typer.Option("--write", help="Write the file instead of printing it.")
    ] = False
    json: Json = False


def run(arguments: Arguments) -> int:
    from include.commands.frame.connect import load_warehouse
    from include.destinations.postgres.identity.categories import fetch_suggested

    tenant = choose_tenant(load_platform(), arguments.tenant)
    with load_warehouse(tenant).connect() as connection:
        rows = fetch_suggested(connection, tenant.id)
    if not rows:
        complain(f"{tenant.id}: no product has a category. Run `elt run --tenant {tenant.id}`.")
        return NOTHING
    table = build_table(rows, tenant.categories or ())
    text = io.StringIO()
    writer = csv.DictWriter(text, HEAD, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    path = build_categories_path(tenant.path)
    if arguments.json:
        say_json(table)
    elif not arguments.write:
        say(text.getvalue().rstrip("\n"))
    elif tenant.categories is None:
        complain(f"{path.name}: has mistakes, which `elt validate` tells. It was not overwritten.")
        return NOTHING
    else:
        path.write_text(text.getvalue(), encoding="utf-8")
        say(f"{path.name} written: {len(rows)} categories")
    return 0


def build_table(
    rows: Iterable[Suggested], decided: Iterable[CategoryName]
) -> list[dict[str, object]]:
    """The file's rows: what the file has decided since the last transform stands above the mart."""
    names = {(one.source_connector, one.feed, one.source_category): one.category for one in decided}
    return [
        {
            "source_connector": connector,
            "feed": feed,
            "source_category": own,
            "category": names.get((connector, feed, own), name),
            "suggested": suggested,
            "confidence": round(confidence, 2) if suggested else None,
            "products": products,
        }
        for connector, feed, own, name, suggested, confidence, products in rows
    ]


COMMAND = Action(
    run,
    Arguments,
    "The category map of a tenant as CSV: each source's category, the name you have given it, and "
    "the name its products in common with other sources suggest, with how sure that is.\n\n"
    "Fill `category` and keep the file as `<tenant>.categories.csv` beside the tenant's file: the "
    "next transform calls them so in every mart.",
    ("elt categories acme", "elt categories acme --write"),
)
