"""`manifest`: the dbt manifest that transform DAGs are drawn from."""

from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.declare import Action
from include.commands.screen.output import say, say_json
from include.config.load import load_platform
from include.config.settings import load_settings


@dataclass(frozen=True)
class Arguments:
    force: Annotated[bool, typer.Option("--force", help="Parse even when nothing has changed.")] = (
        False
    )
    json: Json = False


def run(arguments: Arguments) -> int:
    from include.pipeline.dbt.manifest import run_build_manifest

    settings = load_settings()
    path = run_build_manifest(load_platform(settings), settings, force=arguments.force)
    say(f"manifest {path}")
    if arguments.json:
        say_json({"manifest": path})
    return 0


COMMAND = Action(
    run,
    Arguments,
    "Parse the dbt project into the manifest that transform DAGs are drawn from.",
    ("elt manifest", "elt manifest --force"),
)
