"""The one app below `/elt`: webhooks now, API and pages by whoever logs in."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from include.console.doors import Doors
from include.console.webhooks.receiver import Receiver


def build_app(doors: Doors, receiver: Receiver | None = None) -> FastAPI:
    """The app; opens nothing until it is asked."""
    app = FastAPI(title="ELT console", docs_url=None, redoc_url=None, openapi_url=None)
    _add_webhooks(app, receiver or Receiver(doors))
    return app


def _add_webhooks(app: FastAPI, receiver: Receiver) -> None:
    async def receive(request: Request) -> Response:
        return await receiver.receive(request, **request.path_params)

    async def answer_handshake(request: Request) -> Response:
        return await receiver.answer_handshake(request, **request.path_params)

    # Plain routes: no parsing of the body, whose bytes are signed.
    app.add_route("/webhooks/{tenant}/{feed}", receive, methods=["POST"])
    app.add_route("/webhooks/{tenant}/{feed}", answer_handshake, methods=["GET"])
