"""Snowflake as the tests have it: a double of the service, in a process of its own."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from include.destinations.snowflake.login import SnowflakeLogin
from tests.bench.environments import ensure_environment

FOLDER = Path(__file__).parent
START_S = 90


def build_double_login(port: int) -> SnowflakeLogin:
    """How everybody reaches a double that listens on this port."""
    place = (("host", "127.0.0.1"), ("port", port), ("protocol", "http"))
    return SnowflakeLogin("double", "elt", "WAREHOUSE", password="none", place=place)


@contextmanager
def run_double() -> Iterator[int]:
    """A double that knows nothing yet; its port."""
    made = ensure_environment("snowflake", "--require-hashes", "-r", str(FOLDER / "snowflake.lock"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = str(FOLDER / "serve_snowflake.py")
    process = subprocess.Popen([made / "python", server, str(port)], stdout=subprocess.DEVNULL)
    try:
        _run_await(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _run_await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the double of Snowflake ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise RuntimeError(f"the double of Snowflake did not listen within {START_S} s")
