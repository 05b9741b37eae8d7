"""`report`: how far a tenant's numbers can be trusted, as a page for people or as JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.choose import choose_tenant
from include.commands.frame.complete import complete_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import say, say_json
from include.config.load import load_platform
from include.config.settings import load_settings


@dataclass(frozen=True, kw_only=True)
class Arguments:
    tenant: Annotated[
        str,
        typer.Argument(metavar="TENANT", help="The tenant's id.", autocompletion=complete_tenant),
    ]
    html: Annotated[bool, typer.Option("--html", help="Write the page beside the JSON.")] = False
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where; by default below the state folder."),
    ] = None
    json: Json = False


def run(arguments: Arguments) -> int:
    from include.commands.frame.connect import load_migrated_warehouse
    from include.pipeline.health.weekly.write import run_write_report

    tenant = choose_tenant(load_platform(), arguments.tenant)
    folder = arguments.out or load_settings().state_dir / "reports" / tenant.id
    report, written = run_write_report(
        tenant, load_migrated_warehouse(tenant), folder, has_page=arguments.html
    )
    if arguments.json:
        say_json(report)
        return 0
    say(f"{tenant.id}: {report['score'] if report['score'] is not None else '-'} of 100. "
        f"{report['verdict']}")  # fmt: skip
    for one in report["reasons"]:
        say(f"  -{one['points']} {one['dimension']}: {one['words']} ({one['of']})")
    for path in written:
        say(f"written to {path}")
    return 0


COMMAND = Action(
    run,
    Arguments,
    "How far a tenant's numbers can be trusted: the score, and what each point was lost to.\n\n"
    "Writes quality_report.json and, with --html, a page that needs nothing else.",
    ("elt report acme", "elt report acme --html --out /srv/reports"),
)
