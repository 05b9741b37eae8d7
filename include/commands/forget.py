"""`forget`: erase a person from everything a tenant has stored, and prove it by a search."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from include.commands.frame.arguments import Json, TenantName
from include.commands.frame.choose import choose_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import say, say_json
from include.commands.screen.progress import showing_bars
from include.commands.screen.tables import say_table
from include.config.load import load_platform
from include.core.errors import ConfigError

if TYPE_CHECKING:
    from include.pipeline.forget.run import ForgetReport


@dataclass(frozen=True)
class Arguments:
    tenant: TenantName
    email: Annotated[
        list[str] | None, typer.Option("--email", metavar="EMAIL", help="May be repeated.")
    ] = None
    phone: Annotated[
        list[str] | None, typer.Option("--phone", metavar="PHONE", help="May be repeated.")
    ] = None
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and take it all back.")
    ] = False
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False
    json: Json = False


def run(arguments: Arguments) -> int:
    from include.commands.frame.connect import build_environment, load_warehouse
    from include.pipeline.forget.files import find_folders, find_named_files
    from include.pipeline.forget.person import find_person
    from include.pipeline.forget.run import run_forget

    tenant = choose_tenant(load_platform(), arguments.tenant)
    warehouse = load_warehouse(tenant)
    person = find_person(tenant, arguments.email or [], arguments.phone or [], warehouse.salt)
    if not arguments.dry_run and not arguments.yes:
        _ask(tenant.id)
    with showing_bars() as bars:
        task = bars and bars.add_task(f"{tenant.id}: searching", total=None, unit="tables")

        def show(done: int, total: int) -> None:
            if bars and task is not None:
                bars.update(task, completed=done, total=total)

        report = run_forget(
            tenant,
            person,
            warehouse,
            dry_run=arguments.dry_run,
            destination=build_environment(warehouse).rows_of(tenant),
            on_table=show,
        )
    files = find_named_files(tenant, person)
    folders = find_folders(tenant)
    _say(report, folders, dry_run=arguments.dry_run)
    for name in files.holding:
        say(f"a file of yours names them: {name}; mend or delete it, and what was made of it")
    for name in files.unread:
        say(f"not looked through: {name}")
    say(f"files looked through: {files.looked_at}")
    if arguments.json:
        told = {"folders": folders, "files": files.holding, "files_unread": files.unread}
        say_json({**_as_dict(report, dry_run=arguments.dry_run), **told})
    return 0


def _say(report: "ForgetReport", folders: list[str], *, dry_run: bool) -> None:
    from include.pipeline.forget.files import NOT_LOOKED_AT

    rows = [(place, count, "changed") for place, count in sorted(report.touched.items())]
    rows += [(place, count, "deleted") for place, count in sorted(report.deleted.items())]
    say_table(("table", "rows", ""), rows)
    tables, columns = report.searched
    say(f"keys their sources know them by: {report.keys}")
    say(f"proof: {tables} tables, {columns} columns searched, 0 hits")
    say("searched for: the addresses and numbers given, and their digests where a tenant hashes")
    for place, count in sorted(report.names_left.items()):
        say(f"a full name of theirs still stands in {place} ({count}); a namesake's, or look there")
    say(f"not looked at: {NOT_LOOKED_AT}")
    for folder in folders:
        say(f"files of {folder}, searched for addresses and numbers, not for names")
    if dry_run:
        say("dry run: nothing was changed")
    else:
        say("on the erasure list: what still arrives about them is redacted")


def _as_dict(report: "ForgetReport", *, dry_run: bool) -> dict[str, object]:
    from include.pipeline.forget.files import NOT_LOOKED_AT

    tables, columns = report.searched
    return {
        "dry_run": dry_run,
        "changed": dict(sorted(report.touched.items())),
        "deleted": dict(sorted(report.deleted.items())),
        "keys": report.keys,
        "tables_searched": tables,
        "columns_searched": columns,
        "hits": 0,
        "names_left": dict(sorted(report.names_left.items())),
        "not_looked_at": NOT_LOOKED_AT,
    }


def _ask(tenant_id: str) -> None:
    if not sys.stdin.isatty():
        raise ConfigError(
            "an erasure cannot be undone. Expected `--yes` where nobody can be asked. Try it with "
            "`--dry-run` first."
        )
    say(f"This cannot be undone. Type the tenant's id ({tenant_id}) to go on:")
    if sys.stdin.readline().strip() != tenant_id:
        raise ConfigError("not confirmed. Nothing was changed.")


COMMAND = Action(
    run,
    Arguments,
    "Erase a person from everything a tenant has stored, and prove it by a search.\n\n"
    "What still arrives about them afterwards is redacted.",
    (
        "elt forget --tenant acme --email ann@mail.example --dry-run",
        'elt forget --tenant acme --email ann@mail.example --phone "+1 303 555 0100"',
    ),
)
