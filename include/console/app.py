"""The one app below `/elt`: webhooks, API and pages, behind one gate."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from include.console.answers import Refusal, add_handlers
from include.console.api import models
from include.console.api.business import router as numbers
from include.console.api.consents import router as consents
from include.console.api.forget import router as forget
from include.console.api.invitations import router as invitations
from include.console.api.organisations import router as organisations
from include.console.api.prometheus import add_metrics
from include.console.api.rewinds import router as rewinds
from include.console.api.routes import router
from include.console.api.setup import router as setup
from include.console.api.tokens import router as tokens
from include.console.api.uploads import router as uploads
from include.console.api.writes import router as writes
from include.console.doors import Doors
from include.console.fleet import Fleet
from include.console.gate import Gate
from include.console.pages import business, dbt_docs, feed, health, people, sources, static, tenant
from include.console.pages import consents as callback
from include.console.pages import organisations as members
from include.console.webhooks.receiver import Receiver
from include.core.errors import EltError


def build_app(
    doors: Doors, receiver: Receiver | None = None, fleet: Fleet | None = None
) -> FastAPI:
    """The app; opens nothing until it is asked."""
    fleet = fleet or Fleet(doors)
    app = FastAPI(
        title="ELT console",
        version="1",
        description="Log in with Airflow's cookie or `Authorization: Bearer <token>`.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.add_middleware(Gate, doors=doors, fleet=fleet)
    add_handlers(app)
    _add_webhooks(app, receiver or Receiver(doors))
    _add_ready(app, fleet)
    add_metrics(app)
    own = (router, writes, setup, tokens, uploads, consents, forget, rewinds, numbers)
    for api in (*own, organisations, invitations):
        app.include_router(api)
    for page in (
        health,
        feed,
        tenant,
        business,
        sources,
        people,
        members,
        callback,
        dbt_docs,
        static,
    ):
        app.include_router(page.router)
    return app


def _add_ready(app: FastAPI, fleet: Fleet) -> None:
    @app.get("/api/v1/ready")
    def read_ready() -> models.Up:
        """Whether every warehouse answers; says nothing of which there are."""
        tenants = fleet.fetch_platform().tenants
        by_url, lost = fleet.group(tenants)
        try:
            for names in by_url.values():
                tenant = next(one for one in tenants if one.id == names[0])
                with fleet.build_warehouse(tenant).connect() as connection:
                    connection.execute("select 1")
        except EltError:
            lost.append("")
        if lost:
            words = ("A warehouse does not answer.", "See the API server's log.")
            raise Refusal(503, "not_ready", *words)
        return models.Up(ok=True)


def _add_webhooks(app: FastAPI, receiver: Receiver) -> None:
    async def receive(request: Request) -> Response:
        return await receiver.receive(request, **request.path_params)

    async def answer_handshake(request: Request) -> Response:
        return await receiver.answer_handshake(request, **request.path_params)

    # Plain routes: no parsing of the body, whose bytes are signed.
    app.add_route("/webhooks/{tenant}/{feed}", receive, methods=["POST"])
    app.add_route("/webhooks/{tenant}/{feed}", answer_handshake, methods=["GET"])
