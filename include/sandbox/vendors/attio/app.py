"""HTTP face of the Attio workspaces: tokens, routes, errors.

Source: Attio OpenAPI 2.0.0, read 2026-11. The body of a 401 is not documented; the envelope is.
"""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from include.sandbox.economy.deals import REPS
from include.sandbox.vendors.attio.query import (
    AttioError,
    build_missing,
    invalid,
    page_by_query,
    query_records,
)
from include.sandbox.vendors.attio.shapes import Json
from include.sandbox.vendors.attio.workspace import Workspace

SCOPES = (
    "record_permission:read object_configuration:read list_configuration:read list_entry:read "
    "note:read task:read user_management:read"
)


class AttioApi:
    """All workspaces behind one host, told apart by token.

    Attributes:
        workspaces: token -> function giving the workspace as it is now.
    """

    def __init__(self, workspaces: dict[str, Callable[[], Workspace]]) -> None:
        self.workspaces = workspaces

    def routes(self) -> list[BaseRoute]:
        posts: dict[str, Callable[[Workspace, Request, Any], Json]] = {
            "/v2/objects/{slug}/records/query": self._query,
            "/v2/lists/{slug}/entries/query": self._entries,
        }
        gets: dict[str, Callable[[Workspace, Request, Any], Json]] = {
            "/v2/self": self._self,
            "/v2/objects/{slug}/records/{record_id}": self._record,
            "/v2/lists": self._lists,
            "/v2/notes": self._notes,
            "/v2/tasks": self._tasks,
            "/v2/workspace_members": self._members,
        }
        found = [Route(path, self._answer(view), methods=["POST"]) for path, view in posts.items()]
        found += [Route(path, self._answer(view)) for path, view in gets.items()]
        unknown = self._answer(self._unknown)
        rest = Route("/{rest:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        return [*found, rest]

    def _answer(self, view: Callable[[Workspace, Request, Any], Json]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                token = request.headers.get("authorization", "").removeprefix("Bearer ")
                if request.url.path.endswith("/v2/self") and token not in self.workspaces:
                    return JSONResponse({"active": False})
                return JSONResponse(view(self._find(token), request, await _read(request)))
            except AttioError as error:
                return JSONResponse(error.body, error.status)

        return endpoint

    def _find(self, token: str) -> Workspace:
        if token not in self.workspaces:
            raise AttioError(401, "auth_error", "unauthorized", "The token is not valid.")
        return self.workspaces[token]()

    def _self(self, workspace: Workspace, request: Request, body: Any) -> Json:
        recorder = workspace.recorder
        return {
            "active": True,
            "scope": SCOPES,
            "client_id": recorder.workspace_id,
            "token_type": "Bearer",
            "exp": None,
            "iat": 1_735_689_600,
            "sub": recorder.workspace_id,
            "aud": recorder.workspace_id,
            "iss": "attio.com",
            "authorized_by_workspace_member_id": recorder.members[0],
            "workspace_id": recorder.workspace_id,
            "workspace_name": recorder.slug,
            "workspace_slug": recorder.slug,
            "workspace_logo_url": None,
        }

    def _query(self, workspace: Workspace, request: Request, body: Any) -> Json:
        return query_records(self._object(workspace, request.path_params["slug"]), body)

    def _record(self, workspace: Workspace, request: Request, body: Any) -> Json:
        wanted = request.path_params["record_id"]
        for record in self._object(workspace, request.path_params["slug"]):
            if record["id"]["record_id"] == wanted:
                return {"data": record}
        raise build_missing("The record")

    def _object(self, workspace: Workspace, slug: str) -> list[Json]:
        by_id = {workspace.recorder.object_id(name): name for name in workspace.objects}
        name = by_id.get(slug, slug)
        if name not in workspace.objects:
            raise build_missing("The referenced object")
        return workspace.objects[name]

    def _lists(self, workspace: Workspace, request: Request, body: Any) -> Json:
        return {"data": workspace.lists}

    def _entries(self, workspace: Workspace, request: Request, body: Any) -> Json:
        by_slug = {found["api_slug"]: found["id"]["list_id"] for found in workspace.lists}
        slug = request.path_params["slug"]
        found = workspace.entries.get(by_slug.get(slug, slug))
        if found is None:
            raise build_missing("The list")
        return query_records(found, body)

    def _notes(self, workspace: Workspace, request: Request, body: Any) -> Json:
        params, rows = dict(request.query_params), workspace.notes
        if "parent_record_id" in params:
            rows = [row for row in rows if row["parent_record_id"] == params["parent_record_id"]]
        return page_by_query(rows, params, {"parent_object", "parent_record_id"}, 10, 50)

    def _tasks(self, workspace: Workspace, request: Request, body: Any) -> Json:
        params = dict(request.query_params)
        order = params.get("sort", "created_at:asc")
        if order not in ("created_at:asc", "created_at:desc"):
            raise invalid("sort is created_at:asc or created_at:desc.")
        rows = sorted(workspace.tasks, key=lambda row: row["created_at"])
        rows = rows if order.endswith("asc") else rows[::-1]
        return page_by_query(rows, params, {"sort"}, 500, 500)

    def _members(self, workspace: Workspace, request: Request, body: Any) -> Json:
        recorder = workspace.recorder
        rows = [
            {
                "id": {"workspace_id": recorder.workspace_id, "workspace_member_id": member},
                "first_name": rep.first_name,
                "last_name": rep.last_name,
                "avatar_url": None,
                "email_address": rep.email,
                "access_level": rep.level,
                "created_at": workspace.lists[0]["created_at"],
            }
            for member, rep in zip(recorder.members, REPS, strict=True)
        ]
        return {"data": rows}

    def _unknown(self, workspace: Workspace, request: Request, body: Any) -> Json:
        raise build_missing("The route")


async def _read(request: Request) -> Any:
    """The JSON body of a POST; None for a GET."""
    if request.method != "POST":
        return None
    try:
        return json.loads(await request.body())
    except ValueError:
        raise invalid("The body is not JSON.") from None
