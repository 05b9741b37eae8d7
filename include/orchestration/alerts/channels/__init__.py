"""One file a kind of channel, each with `run_send(target, message)`; found by its name.

Airflow's providers where they exist. Each is imported when it sends: a DAG file pays for none.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from include.alerts.audience import Target


def run_send(target: Target, message: Mapping[str, Any]) -> None:
    """Send one message.

    Raises:
        Refused: The receiver says no, or the connection is not right.
        Unreachable: It is down or busy.
    """
    import_module(f"{__name__}.{target.kind}").run_send(target, message)
