"""`connectors`: what can be connected, and what each needs."""

from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.choose import choose_connector
from include.commands.frame.complete import complete_connector
from include.commands.frame.declare import Action
from include.commands.screen.output import say, say_json
from include.commands.screen.tables import say_table
from include.config.connector_spec import Connector
from include.config.load import load_platform

HEADERS = ("connector", "kind", "title", "streams", "concepts")


@dataclass(frozen=True)
class Arguments:
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="CONNECTOR",
            help="One connector in full: streams, options, secrets.",
            autocompletion=complete_connector,
        ),
    ] = None
    json: Json = False


def run(arguments: Arguments) -> int:
    connectors = load_platform().connectors
    if arguments.name:
        connectors = {arguments.name: choose_connector(connectors, arguments.name)}
    if arguments.json:
        say_json({name: spec.model_dump(mode="json") for name, spec in connectors.items()})
    elif arguments.name:
        _describe(connectors[arguments.name])
    else:
        rows = [
            (name, spec.kind, spec.title, len(spec.streams) or None, ", ".join(spec.concepts))
            for name, spec in sorted(connectors.items())
        ]
        say_table(HEADERS, rows, spare=("title", "kind"))
    return 0


def _describe(spec: Connector) -> None:
    say(f"{spec.connector}: {spec.title} ({spec.kind})")
    if spec.docs:
        say(f"source of facts: {spec.docs}")
    if spec.secrets:
        say()
        say_table(("secret", "what"), sorted(spec.secrets.items()))
    if spec.options:
        say()
        options = [
            (name, one.type, "required" if one.required else repr(one.default), one.description)
            for name, one in sorted(spec.options.items())
        ]
        say_table(("option", "type", "default", "what"), options, spare=("type",))
    if spec.streams:
        say()
        streams = [
            (
                name,
                ", ".join(one.primary_key),
                one.cursor.field if one.cursor else "read in full",
                len(one.columns),
            )
            for name, one in sorted(spec.streams.items())
        ]
        say_table(("stream", "key", "cursor", "columns"), streams)


COMMAND = Action(
    run,
    Arguments,
    "What can be connected, and what each connector needs: secrets, options, streams.",
    ("elt connectors", "elt connectors stripe"),
)
