"""Our own files for the browser, by name out of one folder; the large one goes compressed."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from include.console.answers import not_found
from include.console.pages.render import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)

FOLDER = Path(__file__).resolve().parents[1] / "static"
KINDS = {".js": "text/javascript", ".css": "text/css"}


@cache
def _load(name: str) -> tuple[bytes, str] | None:
    """Content, compressed, and its tag; None for whatever is not one of ours."""
    files = {
        path.relative_to(FOLDER).as_posix(): path
        for path in FOLDER.rglob("*")
        if path.suffix in KINDS
    }
    if name not in files:
        return None
    content = files[name].read_bytes()
    return gzip.compress(content, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:24]}"'


@router.get("/static/{name:path}")
def send_static(request: Request, name: str) -> Response:
    """The file; who has it already is told so."""
    found = _load(name) if len(name) < 100 else None
    if found is None:
        raise not_found()
    content, tag = found
    headers = {"ETag": tag, "Cache-Control": "private, max-age=60", "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, media_type=KINDS[Path(name).suffix], headers=headers)
