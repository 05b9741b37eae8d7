"""HTTP face of the CallRail accounts: keys, routes, pages.

Source: apidocs.callrail.com, read 2026-11. The bodies of errors are not documented.
"""

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from include.sandbox.vendors.callrail.account import Account, Json
from include.sandbox.vendors.callrail.query import CallRailError, cut, select

COLLECTIONS = {
    "calls": "calls",
    "form_submissions": "form_submissions",
    "companies": "companies",
    "trackers": "trackers",
    "tags": "tags",
    "text-messages": "conversations",
}
TOKEN = re.compile(r'^Token token="?([^"]+)"?$')


class CallRailApi:
    """All accounts behind one host, told apart by key.

    Attributes:
        accounts: api key -> function giving the account as it is now.
    """

    def __init__(self, accounts: dict[str, Callable[[], Account]]) -> None:
        self.accounts = accounts

    def routes(self) -> list[BaseRoute]:
        found = [Route("/v3/a.json", self._answer(self._list_accounts))]
        for path, name in COLLECTIONS.items():
            found.append(Route(f"/v3/a/{{account}}/{path}.json", self._answer(self._list(name))))
            found.append(
                Route(f"/v3/a/{{account}}/{path}/{{id}}.json", self._answer(self._get(name)))
            )
        methods = ["GET", "POST", "PUT", "DELETE"]
        found.append(Route("/{rest:path}", self._answer(self._unknown), methods=methods))
        return [*found]

    def _answer(self, view: Callable[[Account, Request], Json]) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            try:
                body = view(self._authenticate(request), request)
            except CallRailError as error:
                return JSONResponse({"error": error.message}, error.status)
            headers = {}
            if body.get("page", 1) < body.get("total_pages", 1):
                following = request.url.include_query_params(page=body["page"] + 1)
                headers["Link"] = f'<{following}>; rel="next"'
            return JSONResponse(body, headers=headers)

        return endpoint

    def _authenticate(self, request: Request) -> Account:
        match = TOKEN.match(request.headers.get("authorization", ""))
        if match is None or match[1] not in self.accounts:
            raise CallRailError(401, "HTTP Token: Access denied.")
        account = self.accounts[match[1]]()
        if request.path_params.get("account", account.id) != account.id:
            raise CallRailError(404, "not found")
        return account

    def _list_accounts(self, account: Account, request: Request) -> Json:
        row = {
            "id": account.id,
            "name": account.tables["companies"][0]["name"],
            "outbound_recording_enabled": True,
            "hipaa_account": False,
            "numeric_id": int(account.id[3:12], 16),
        }
        return self._page([row], "accounts", request)

    def _list(self, name: str) -> Callable[[Account, Request], Json]:
        def view(account: Account, request: Request) -> Json:
            rows = select(account, name, request.query_params)
            if request.query_params.get("relative_pagination") == "true":
                return self._relative(rows, name, request)
            return self._page(rows, name, request)

        return view

    def _page(self, rows: list[Json], name: str, request: Request) -> Json:
        found = cut(rows, request.query_params)
        return {
            "page": found.page,
            "per_page": found.size,
            "total_pages": found.pages,
            "total_records": found.total,
            name: found.rows,
        }

    def _relative(self, rows: list[Json], name: str, request: Request) -> Json:
        params = request.query_params
        if name != "calls" or "page" in params:
            raise CallRailError(400, "relative pagination is for calls and goes without page")
        found = cut(rows, params)
        offset = int(params.get("offset", "0"))
        following = offset + found.size
        more = following < len(rows)
        address = request.url.include_query_params(offset=following)
        return {
            "per_page": found.size,
            "has_next_page": more,
            "next_page": str(address) if more else None,
            name: rows[offset:following],
        }

    def _get(self, name: str) -> Callable[[Account, Request], Json]:
        def view(account: Account, request: Request) -> Json:
            wanted = request.path_params["id"]
            for row in account.tables[name]:
                if str(row["id"]) == wanted:
                    return row
            raise CallRailError(404, "not found")

        return view

    def _unknown(self, account: Account, request: Request) -> Json:
        raise CallRailError(404, "not found")
