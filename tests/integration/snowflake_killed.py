"""A load to the double of Snowflake that kills itself; arguments: URL, port, tenant, step."""

import sys
from collections.abc import Callable
from typing import Any

from include.destinations.remote.session import RemoteSession
from include.destinations.snowflake.client import SnowflakeClient
from tests.integration.duckdb_destination import DuckSession
from tests.integration.load_killed import die
from tests.integration.snowflake_case import build_snowflake_case
from tests.integration.two_stores_killed import STEPS as OTHERS
from tests.integration.two_stores_killed import after, at_second, load_second


def _in_transaction(client: SnowflakeClient, _commits: str, _load: int, found: list[str]) -> None:
    """Everything but the commit itself: locks are held when the process goes."""
    with client._connection.cursor() as cursor:
        cursor.execute("begin")
        for statement in found:
            cursor.execute(statement)
    die()


def _of_remote(name: str, replacement: Callable[..., Any]) -> Callable[..., Any]:
    if replacement is die:
        return die
    own = getattr(RemoteSession, name)
    return at_second(own) if name == "run_discard" else after(own)


STEPS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    step: (RemoteSession, name, _of_remote(name, replacement)) if owner is DuckSession else (
        owner, name, replacement
    )
    for step, (owner, name, replacement) in OTHERS.items()
} | {"inside its transaction": (SnowflakeClient, "run_transaction", _in_transaction)}  # fmt: skip

if __name__ == "__main__":
    url, port, tenant, step = sys.argv[1:]
    owner, name, replacement = STEPS[step]
    setattr(owner, name, replacement)
    load_second(build_snowflake_case(url, int(port), tenant))  # type: ignore[arg-type]
