"""Templates to answers; a refusal is a page, too."""

from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from include.console.answers import Refusal
from include.console.pages.words import FILTERS
from include.core.errors import WarehouseUnavailable

DOWN = Refusal(
    *(503, "warehouse_unavailable", "The warehouse does not answer."),
    "Try again; see that PostgreSQL runs (make status).",
)
FOLDER = Path(__file__).resolve().parent / "templates"


# What a dict has by itself: a column called `items` must not hide the method.
OF_DICTS = frozenset(dir(dict))


class RowEnvironment(Environment):
    """Rows are dicts: `row.name` looks there first. Jinja asks for an attribute before, and a page
    of 250 cells spends half of its time on the errors that raises."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The value under that name, else whatever Jinja finds."""
        if type(obj) is dict and attribute in obj and attribute not in OF_DICTS:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def _load_templates() -> Environment:
    made = RowEnvironment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    return made


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page; `root` is where the console is mounted, `airflow` where Airflow is."""
    root = str(request.scope.get("root_path", ""))
    visitor = getattr(request.state, "visitor", None)
    known: dict[str, Any] = {
        "root": root,
        "airflow": root.removesuffix("/elt"),
        "person": visitor.person.name if visitor else "",
        "tenant": None,
        **values,
    }
    return HTMLResponse(_load_templates().get_template(template).render(known), status)


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with refusals rendered."""
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            try:
                return await handle(request)
            except Refusal as refusal:
                problem, status = refusal.problem, refusal.status
            except WarehouseUnavailable:
                problem, status = DOWN.problem, DOWN.status
            return render(request, "refusal.html", status, problem=problem)

        return handle_page
