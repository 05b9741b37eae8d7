"""What a command declares, and the typer command made of it.

A command is a frozen dataclass of its arguments (typer reads names, types, defaults and help from
its fields) and a function from that dataclass to an exit code.
"""

import inspect
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from include.commands.screen.output import speaking_json

Markup = Literal["rich"] | None
SETTINGS = {"help_option_names": ["-h", "--help"]}
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Log to stderr.")]


@dataclass(frozen=True)
class Action:
    """One thing that can be run.

    Attributes:
        run: Gets an instance of `arguments`; returns the exit code.
        arguments: A dataclass whose fields typer understands.
        about: The help's text: a first sentence, then paragraphs.
        examples: Whole command lines that work.
    """

    run: Callable[[Any], int]
    arguments: type
    about: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Actions of one subject: `quarantine list`, `quarantine show`.

    Attributes:
        alone: What the subject's name does by itself; None: it shows the help.
    """

    about: str
    actions: Mapping[str, Action]
    alone: Action | None = None


def build_command(name: str, declared: Action | Group, markup: Markup) -> TyperCommand | TyperGroup:
    """The typer command of a declaration."""
    app = typer.Typer(
        name=name, add_completion=False, rich_markup_mode=markup, context_settings=SETTINGS
    )
    if isinstance(declared, Group):
        if declared.alone is None:
            app.callback(help=declared.about, no_args_is_help=True)(_nothing)
        else:
            app.callback(
                help=declared.about, epilog=_examples(declared.alone), invoke_without_command=True
            )(_build_alone(declared.alone))
        for action_name, action in declared.actions.items():
            _add(app, action_name, action)
    else:
        _add(app, name, declared)
    built = typer.main.get_command(app)
    assert isinstance(built, TyperCommand | TyperGroup)
    return built


def _nothing() -> None:
    """A group alone does nothing."""


def _build_alone(action: Action) -> Callable[..., int | None]:
    """Runs the action unless one of the group's is asked for."""
    inner = _build_callback(action)

    def call(context: typer.Context, **words: Any) -> int | None:
        return None if context.invoked_subcommand else inner(**words)

    own = inspect.signature(inner)
    first = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    call.__signature__ = own.replace(parameters=[first, *own.parameters.values()])  # type: ignore[attr-defined]
    call.__annotations__ = {"context": typer.Context, **inner.__annotations__}
    return call


def _examples(action: Action) -> str | None:
    # Click keeps the lines of a paragraph that begins with \b.
    lines = "".join(f"\n  {line}" for line in action.examples)
    return f"\b\nExamples:{lines}" if lines else None


def _add(app: typer.Typer, name: str, action: Action) -> None:
    app.command(
        name,
        help=action.about,
        epilog=_examples(action),
        context_settings=SETTINGS,
    )(_build_callback(action))


def _build_callback(action: Action) -> Callable[..., int]:
    """A function with the dataclass's fields as its parameters, and `--verbose`."""

    def call(**words: Any) -> int:
        _start_logging(verbose=words.pop("verbose"))
        arguments = action.arguments(**words)
        with speaking_json(on=getattr(arguments, "json", False)):
            return action.run(arguments)

    hints = get_type_hints(action.arguments, include_extras=True)
    fields = inspect.signature(action.arguments).parameters.values()
    parameters = [
        field.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[field.name])
        for field in fields
    ]
    parameters.append(
        inspect.Parameter(
            "verbose", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Verbose
        )
    )
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {**hints, "verbose": Verbose}
    return call


def _start_logging(*, verbose: bool) -> None:
    level = logging.DEBUG if verbose else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    # What it warns of is on the command's own last lines, with the advice.
    handler.addFilter(lambda record: verbose or record.name != "include.pipeline.feed_load")
    form = "%(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=level, format=form, handlers=[handler])
