"""dbt's documentation as `ops__dbt_docs` wrote it, behind the console's gate."""

import gzip

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from include.config.settings import load_settings
from include.console.answers import Refusal
from include.console.pages.render import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
# dbt's page is one file with its scripts inside; it may run them and reach nobody.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
MISSING = Refusal(
    *(404, "no_dbt_docs", "dbt's documentation has not been built."),
    "Run the DAG ops__dbt_docs once.",
)


@router.get("/docs")
def send_docs(request: Request) -> Response:
    """The page; it tells of models and columns and holds no tenant's rows."""
    path = load_settings().dbt_docs
    if not path.exists():
        raise MISSING
    content = path.read_bytes()
    headers = {"Content-Security-Policy": POLICY, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, 5, mtime=0)
    return HTMLResponse(content, headers=headers)
