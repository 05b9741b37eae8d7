"""`pools`: the Airflow pools the connectors ask for, in the form `airflow pools import` reads."""

from dataclasses import dataclass

from include.commands.frame.arguments import Json
from include.commands.frame.declare import Action
from include.commands.screen.output import say_json
from include.config.load import load_platform
from include.core import naming


@dataclass(frozen=True)
class Arguments:
    json: Json = False


def run(arguments: Arguments) -> int:
    del arguments  # always JSON: it is made for `airflow pools import`
    connectors = load_platform().connectors
    say_json(
        {
            naming.pool(name): {
                "slots": connector.pool_slots,
                "description": f"Parallel loads of {connector.title}",
                "include_deferred": True,
            }
            for name, connector in sorted(connectors.items())
        }
    )
    return 0


COMMAND = Action(
    run,
    Arguments,
    "Airflow pools the connectors ask for, in the form `airflow pools import` reads.",
    ("elt pools > pools.json && airflow pools import pools.json",),
)
