"""`pools`: the Airflow pools the connectors ask for, in the form `airflow pools import` reads."""

import argparse

from include.commands.output import say_json
from include.config.load import load_platform
from include.core import naming


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # no arguments: the connectors say everything


def run(arguments: argparse.Namespace) -> int:
    del arguments
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
