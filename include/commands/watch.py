"""`watch`: the process that tells people what is wrong, also of Airflow itself.

It becomes `python -m include.orchestration.watch`: Airflow's providers send, and this command line
imports nothing of Airflow.
"""

import os
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.declare import Action

MODULE = "include.orchestration.watch"


@dataclass(frozen=True, kw_only=True)
class Arguments:
    once: Annotated[
        bool, typer.Option("--once", help="One look; 1 when alerting itself is not well.")
    ] = False
    json: Json = False


def _watch(arguments: Arguments) -> int:
    sys.stdout.flush()
    more = ["--once"] if arguments.once else []
    more += ["--json"] if arguments.json else []
    os.execv(sys.executable, [sys.executable, "-m", MODULE, *more])  # noqa: S606 ourselves


COMMAND = Action(
    _watch,
    Arguments,
    "Look every half minute at what is wrong and tell people, until it is stopped. "
    "`make up` and docker compose run it.",
    ("elt watch", "elt watch --once"),
)
