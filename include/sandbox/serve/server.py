"""All vendors on one port: each below `/<vendor>`, control under `/_sandbox`."""

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from include.core.errors import ConfigError
from include.sandbox.serve.control import Control
from include.sandbox.serve.faults import Faults
from include.sandbox.serve.middleware import Misbehaviour
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import load_vendors
from include.sandbox.world import WorldSpec


def build_app(spec: WorldSpec, root: str | None = None) -> Misbehaviour:
    """The ASGI application of one world.

    Args:
        spec: The world.
        root: A vendor that answers at `/` too, for client libraries that know only a host.
    """
    session, faults = Session(spec), Faults()
    control = Control(session, faults)
    mounts = [
        Mount(f"/{name}", routes=vendor.routes(session)) for name, vendor in load_vendors().items()
    ]
    app = Starlette(routes=[Mount("/_sandbox", routes=control.routes()), *mounts])
    control.middleware = Misbehaviour(app, faults, root)
    return control.middleware


def build_server(app: Misbehaviour) -> uvicorn.Server:
    """A quiet server without lifespan; faults cut connections on purpose, so nothing is logged."""
    return uvicorn.Server(
        uvicorn.Config(
            app, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
    )


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises:
        ConfigError: If the port is taken.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise ConfigError(
            f"cannot listen on `{host}:{port}` ({error.strerror}). Pick another --port."
        ) from error
    found.listen(128)
    return found


def run_server(spec: WorldSpec, host: str, port: int) -> None:
    """Serve until the process is told to stop."""
    listening = bind(host, port)
    build_server(build_app(spec)).run(sockets=[listening])
