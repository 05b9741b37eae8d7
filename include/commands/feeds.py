"""`feeds`: what is configured, tenant by tenant; what the console made as files and back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from include.commands.frame.arguments import AnyTenant, Json
from include.commands.frame.choose import choose_tenant
from include.commands.frame.declare import Action, Group
from include.commands.screen.output import complain, say_json
from include.commands.screen.tables import say_table
from include.config.load import load_platform
from include.config.models import Feed

DETECTED = "(detected)"
HEADERS = ("tenant", "feed", "connector", "schedule", "start", "streams")


@dataclass(frozen=True)
class Arguments:
    tenant: AnyTenant = None
    json: Json = False


def run(arguments: Arguments) -> int:
    platform = load_platform()
    feeds = platform.feeds
    if arguments.tenant:
        feeds = choose_tenant(platform, arguments.tenant).feeds
    if arguments.json:
        say_json([_as_dict(feed) for feed in feeds])
    else:
        rows = [
            (
                feed.tenant.id,
                feed.name,
                feed.connector.connector,
                feed.schedule or "manual",
                feed.start_date,
                ", ".join(feed.streams) or DETECTED,
            )
            for feed in feeds
        ]
        say_table(HEADERS, rows, spare=("start",))
    for stem in platform.broken:
        complain(f"tenant file `{stem}.yaml` has problems: run `elt validate`")
    return 0


def _as_dict(feed: Feed) -> dict[str, object]:
    return {
        "tenant": feed.tenant.id,
        "feed": feed.name,
        "connector": feed.connector.connector,
        "schedule": feed.schedule,
        "start_date": feed.start_date,
        "priority": feed.priority,
        "streams": list(feed.streams),
        "streams_detected": feed.connector.streams_from_feed,
        "dag_id": feed.dag_id,
        "connection_id": feed.connection_id,
        "raw_schema": feed.raw_schema,
        "origin": _origin(feed),
    }


def _origin(feed: Feed) -> str:
    return "console" if feed.name in feed.tenant.registered else "file"


@dataclass(frozen=True)
class ExportArguments:
    tenant: AnyTenant = None
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for a file a tenant; else to the screen.")
    ] = None
    json: Json = False


@dataclass(frozen=True)
class ImportArguments:
    file: Annotated[Path, typer.Argument(help="A tenant file, or one with `feeds:` alone.")]
    why: Annotated[str, typer.Option("--why", help="Stands with the versions.")] = ""
    json: Json = False


@dataclass(frozen=True)
class SyncArguments:
    json: Json = False


def run_export(arguments: ExportArguments) -> int:
    from include.commands.steps import registry

    return registry.run_export(arguments.tenant, arguments.to, as_json=arguments.json)


def run_import(arguments: ImportArguments) -> int:
    from include.commands.steps import registry

    return registry.run_import(arguments.file, arguments.why, as_json=arguments.json)


def run_sync(arguments: SyncArguments) -> int:
    from include.commands.steps import registry

    return registry.run_sync_here(as_json=arguments.json)


COMMAND = Group(
    "What is configured: tenants, feeds, schedules (in UTC), streams.\n\n"
    "What was made in the console can be taken out as files, and files put in.",
    {
        "export": Action(
            run_export,
            ExportArguments,
            "What was made in the console as tenant files, for git; no secrets.",
            ("elt feeds export --tenant acme", "elt feeds export --to exported"),
        ),
        "import": Action(
            run_import,
            ImportArguments,
            "A file's tenant and feeds into the console's registry, checked as there.\n\n"
            "Files below the tenants' folder win over it: take the file away afterwards.",
            ("elt feeds import exported/acme.yaml --why 'moved from git'",),
        ),
        "sync": Action(
            run_sync,
            SyncArguments,
            "Write the registry's snapshot that DAG files read, on a machine of its own disk.",
            ("elt feeds sync",),
        ),
    },
    alone=Action(run, Arguments, "", ("elt feeds", "elt feeds --tenant acme --json")),
)
