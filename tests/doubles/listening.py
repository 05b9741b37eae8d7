"""A double is a server in a process of its own: a free port, and waiting until it listens."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

START_S = 120


def find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def run_server(command: Sequence[str], port: int) -> Iterator[None]:
    """Start it, and end it afterwards.

    Raises:
        RuntimeError: It ended by itself, or listens to nobody.
    """
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        try:
            _run_await(process, port, said)
            yield
        finally:
            process.terminate()
            process.wait(30)


def _run_await(process: subprocess.Popen[bytes], port: int, said: IO[str]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said.seek(0)
            raise RuntimeError(f"the double ended with {process.returncode}: {said.read()[-2000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise RuntimeError(f"the double did not listen within {START_S} s")
