"""Files that are uploaded for a feed of connector `files`."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from include.console.answers import ProblemAnswer
from include.console.api import models
from include.console.api.routes import Asking
from include.console.api.setup import FeedName
from include.console.uploads import FOLDER, find_folder, run_keep
from include.console.visitor import Visitor
from include.ledger.audit import run_record_audit

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer} for status in (401, 403, 404, 413, 422, 429, 503)
}
router = APIRouter(prefix="/api/v1", responses=REFUSALS)
BELOW = "/tenants/{tenant}/feeds/{feed}/uploads"
FileName = Annotated[str, Path(max_length=120)]


class UploadOut(BaseModel):
    """Where it lies: `path` is what the option `path` of the feed says."""

    path: str
    file: str
    bytes: int
    notices: list[str]


@router.get(BELOW)
def read_uploads(visitor: Asking, tenant: str, feed: FeedName) -> models.Listed[UploadOut]:
    """The files of a feed; their content is not answered."""
    visitor.see(tenant)
    folder = find_folder(tenant, feed)
    found = sorted(p for p in folder.glob("[!.]*") if p.is_file()) if folder.is_dir() else []
    return models.Listed(items=[_show(feed, p.name, p.stat().st_size, []) for p in found])


@router.put(BELOW + "/{name}")
async def keep_upload(
    request: Request, visitor: Asking, tenant: str, feed: FeedName, name: FileName
) -> UploadOut:
    """The bytes of one file as the body; the same name again replaces it."""
    await run_in_threadpool(visitor.act, tenant)
    notices = await run_keep(tenant, feed, name, request.stream())
    size = (find_folder(tenant, feed) / name).stat().st_size
    about = {"feed": feed, "file": name, "bytes": size}
    await run_in_threadpool(_audit, visitor, tenant, "upload.keep", about)
    return _show(feed, name, size, notices)


@router.delete(BELOW + "/{name}")
def drop_upload(visitor: Asking, tenant: str, feed: FeedName, name: FileName) -> models.Done:
    """Take a file away; rows that came of it stay."""
    visitor.act(tenant)
    folder = find_folder(tenant, feed)
    known = {path.name for path in folder.glob("[!.]*")} if folder.is_dir() else set()
    if name in known:
        (folder / name).unlink()
        _audit(visitor, tenant, "upload.drop", {"feed": feed, "file": name})
    return models.Done(done="dropped", count=int(name in known))


def _audit(visitor: Visitor, tenant: str, what: str, about: dict[str, Any]) -> None:
    with visitor.open_registry(tenant).connect() as connection:
        run_record_audit(connection, visitor.person.name, tenant, what, about)


def _show(feed: str, name: str, size: int, notices: list[str]) -> UploadOut:
    return UploadOut(path=f"{FOLDER}/{feed}", file=name, bytes=size, notices=notices)
