"""One shape for every error: a code for programs, what happened, what to do."""

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from include.core.errors import EltError, Overtaken, Unfit, WarehouseUnavailable

log = logging.getLogger(__name__)

CODES = {404: "not_found", 405: "method_not_allowed", 403: "forbidden", 401: "not_logged_in"}


class Problem(BaseModel):
    """What went wrong."""

    code: str
    message: str
    do: str
    faults: list[str] = Field(
        default=[], description="Each thing that is wrong, where there are several."
    )


class ProblemAnswer(BaseModel):
    """Every answer that is no success."""

    error: Problem


class Refusal(Exception):
    """An answer that is no success, raised from anywhere below a route."""

    def __init__(
        self, status: int, code: str, message: str, do: str, faults: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.problem = Problem(code=code, message=message, do=do, faults=list(faults))


def not_found() -> Refusal:
    """For what does not exist and for what is somebody else's: nobody can tell them apart."""
    return Refusal(404, "not_found", "There is no such thing.", "Check the names in the address.")


def answer(refusal: Refusal) -> JSONResponse:
    """The refusal as JSON."""
    headers = {"Cache-Control": "no-store"}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.status in (429, 503):
        headers["Retry-After"] = "30"
    body = ProblemAnswer(error=refusal.problem).model_dump()
    return JSONResponse(body, refusal.status, headers)


def add_handlers(app: FastAPI) -> None:
    """Every way a request can fail ends in `answer`."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(EltError, _on_elt)
    app.add_exception_handler(Exception, _on_anything)


async def _on_refusal(request: Request, error: Any) -> JSONResponse:
    return answer(error)


async def _on_http(request: Request, error: Any) -> JSONResponse:
    code = CODES.get(error.status_code, "refused")
    return answer(Refusal(error.status_code, code, "Refused.", "See the API's description."))


async def _on_invalid(request: Request, error: Any) -> JSONResponse:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first.get("loc", ())[1:]) or "body"
    # The message is pydantic's and speaks of the type; the value itself is not repeated.
    message = f"`{place}`: {first.get('msg', 'is not valid')}."
    return answer(Refusal(422, "invalid", message, "Correct the parameter."))


async def _on_elt(request: Request, error: Any) -> JSONResponse:
    if isinstance(error, WarehouseUnavailable):
        words = ("The warehouse does not answer.", "Try again; see that PostgreSQL runs.")
        return answer(Refusal(503, "warehouse_unavailable", *words))
    if isinstance(error, Unfit):
        do = "Correct it and send it again; nothing was kept."
        return answer(Refusal(422, "unfit", error.message, do, error.faults))
    if isinstance(error, Overtaken):
        do = "Read it again, then change it."
        return answer(Refusal(412, "overtaken", "Somebody else has changed it meanwhile.", do))
    log.warning("request failed path=%s: %s", request.url.path, error)
    words = (f"It ended with {type(error).__name__}.", "The API server's log says more.")
    return answer(Refusal(500, "failed", *words))


async def _on_anything(request: Request, error: Exception) -> JSONResponse:
    log.error("request failed path=%s", request.url.path, exc_info=error)
    return answer(Refusal(500, "failed", "It failed.", "The API server's log says why."))
