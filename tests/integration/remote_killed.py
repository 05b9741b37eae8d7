"""A load to a double that kills itself; arguments: URL, kind, port, tenant, step."""

import sys
from collections.abc import Callable
from typing import Any

from include.destinations.bigquery.client import BigQueryClient, build_script
from include.destinations.remote.session import RemoteSession
from include.destinations.snowflake.client import SnowflakeClient
from tests.integration.duckdb_destination import DuckSession
from tests.integration.load_killed import die
from tests.integration.remote_case import Double, build_remote_case
from tests.integration.two_stores_killed import STEPS as OTHERS
from tests.integration.two_stores_killed import after, at_second, load_second


def _in_transaction(client: SnowflakeClient, _commits: str, _load: int, found: list[str]) -> None:
    """Everything but the commit itself: locks are held when the process goes."""
    with client._connection.cursor() as cursor:
        cursor.execute("begin")
        for statement in found:
            cursor.execute(statement)
    die()


def _before_the_answer(client: BigQueryClient, schema: str, load_id: int, found: list[str]) -> None:
    """The script is sent, and nobody waits for it."""
    job_id = client._build_commit_id(schema, load_id)
    client._jobs._client.query(build_script(found), job_id=job_id)
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
}  # fmt: skip
OF_KIND: dict[str, tuple[str, tuple[Any, str, Callable[..., Any]]]] = {
    "snowflake": (
        *("inside its transaction", (SnowflakeClient, "run_transaction", _in_transaction)),
    ),
    "bigquery": ("sent", (BigQueryClient, "run_transaction", _before_the_answer)),
}


def build_steps(kind: str) -> dict[str, tuple[Any, str, Callable[..., Any]]]:
    """The steps of every kind, and the one of its own transaction."""
    return STEPS | dict([OF_KIND[kind]])


if __name__ == "__main__":
    url, kind, port, tenant, step = sys.argv[1:]
    owner, name, replacement = build_steps(kind)[step]
    setattr(owner, name, replacement)
    load_second(build_remote_case(url, Double(kind, int(port)), tenant))  # type: ignore[arg-type]
