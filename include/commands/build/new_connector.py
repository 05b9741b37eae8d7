"""`new-connector`: a folder of facts, and its staging models."""

from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.declare import Action
from include.commands.screen.output import say
from include.commands.screen.written import say_written
from include.config.settings import load_settings
from include.config.tenant.concepts.known import load_concepts
from include.core.errors import ConfigError
from include.scaffold.connector import Folders, Kind, build_connector_files
from include.scaffold.files import run_write


@dataclass(frozen=True)
class Arguments:
    name: Annotated[str, typer.Argument(metavar="NAME", help="Snake case, e.g. my_crm.")]
    kind: Annotated[
        Kind,
        typer.Option(
            help="rest: a list API described by YAML; files: a folder of exports; python: its own "
            "source.py."
        ),
    ] = "rest"
    concept: Annotated[
        list[str] | None,
        typer.Option("--concept", metavar="CONCEPT", help="A concept it feeds; may be repeated."),
    ] = None
    hooks: Annotated[bool, typer.Option("--hooks", help="Write hooks.py as well.")] = False
    json: Json = False


def run(arguments: Arguments) -> int:
    settings = load_settings()
    folder = settings.connectors_dir / arguments.name
    if folder.exists():
        raise ConfigError(
            f"connector `{arguments.name}` exists in `{folder}`. Expected a new name. "
            f"To write its staging again: `elt new-staging {arguments.name}`."
        )
    files = build_connector_files(
        arguments.name,
        arguments.kind,
        Folders(settings.connectors_dir, settings.dbt_project_dir),
        concepts=load_concepts(settings.dbt_project_dir),
        wanted_concepts=tuple(arguments.concept or ()),
        with_hooks=arguments.hooks,
    )
    say_written(run_write(files), settings.root)
    say(f"next: {folder.name}/README.md tells the five steps from here to data")
    return 0


COMMAND = Action(
    run,
    Arguments,
    "Scaffold a connector: a folder of facts, and its staging models.",
    (
        "elt new-connector my_crm --concept contacts",
        "elt new-connector my_exports --kind files --concept orders --concept products",
    ),
)
