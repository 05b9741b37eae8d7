"""A running sandbox for tests: `with running_sandbox() as base_url: ...`."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from include.sandbox.serve.server import bind, build_app, build_server
from include.sandbox.world import SIZES, WorldSpec

START_LIMIT_S = 20.0


# The worlds in which the marts are compared with the truth.
SEEDS = (7, 11, 23, 42, 2026)


@contextmanager
def running_sandbox(world: WorldSpec | None = None, root: str | None = None) -> Iterator[str]:
    """Serve a world (default: the small one, seed 7) in a thread of this process.

    Args:
        world: Which world.
        root: A vendor served at `/` too, for client libraries that take a host without a path.

    Yields:
        The base url, `http://127.0.0.1:<free port>`.

    Raises:
        TimeoutError: If the server does not come up.
    """
    listening = bind("127.0.0.1", 0)
    server = build_server(build_app(world or WorldSpec(size=SIZES["small"]), root))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_LIMIT_S
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise TimeoutError("the sandbox did not start")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listening.close()
