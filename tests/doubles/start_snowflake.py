"""Snowflake as the tests have it: a double of the service, in a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from include.destinations.snowflake.login import SnowflakeLogin
from tests.bench.environments import ensure_environment
from tests.doubles.listening import find_port, run_server

FOLDER = Path(__file__).parent


def build_double_login(port: int) -> SnowflakeLogin:
    """How everybody reaches a double that listens on this port."""
    place = (("host", "127.0.0.1"), ("port", port), ("protocol", "http"))
    return SnowflakeLogin("double", "elt", "WAREHOUSE", password="none", place=place)


@contextmanager
def run_double() -> Iterator[int]:
    """A double that knows nothing yet; its port."""
    made = ensure_environment("snowflake", "--require-hashes", "-r", str(FOLDER / "snowflake.lock"))
    port = find_port()
    with run_server([str(made / "python"), str(FOLDER / "serve_snowflake.py"), str(port)], port):
        yield port
