"""HTTP face of the ERPNext site: token authentication, documents, a few methods.

Source: Frappe REST API documentation (2026-05-10): v1 resource calls and their status codes.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.vendors.erpnext.documents import ZONE, Json
from include.sandbox.vendors.erpnext.query import FrappeError, project, read_page, select
from include.sandbox.vendors.erpnext.site import CHILDREN, ErpnextSite

View: TypeAlias = Callable[[ErpnextSite, Request], Json]
CHILD_OF = {child: set[str]() for named in CHILDREN.values() for child in named.values()}
for _doctype, _named in CHILDREN.items():
    for _child in _named.values():
        CHILD_OF[_child].add(_doctype)
NO_TOKEN = ("", "")


class ErpnextApi:
    """All sites behind one host, told apart by key and secret.

    Attributes:
        sites: (api key, api secret) -> function giving the site as it is now.
    """

    def __init__(self, sites: Mapping[tuple[str, str], Callable[[], ErpnextSite]]) -> None:
        self.sites = sites

    def routes(self) -> list[Route]:
        found = []
        for prefix in ("/api/resource", "/api/v1/resource"):
            found.append(Route(f"{prefix}/{{doctype}}", self._answer(_list)))
            found.append(Route(f"{prefix}/{{doctype}}/{{name:path}}", self._answer(_get)))
        found += [
            Route("/api/method/frappe.client.get_time_zone", _time_zone),
            Route("/api/method/frappe.client.get_count", self._answer(_count)),
            Route("/api/method/frappe.auth.get_logged_user", self._answer(_user)),
        ]
        methods = ["GET", "POST", "PUT", "DELETE"]
        return [*found, Route("/{rest:path}", self._answer(_unknown), methods=methods)]

    def _answer(self, view: View) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            try:
                return JSONResponse(view(self._authenticate(request), request))
            except FrappeError as error:
                return JSONResponse(error.body, error.status)

        return endpoint

    def _authenticate(self, request: Request) -> ErpnextSite:
        header = request.headers.get("authorization", "")
        if not header:
            raise FrappeError(403, "PermissionError", "Not permitted for Guest")
        token = _read_token(header)
        if token not in self.sites:
            raise FrappeError(401, "AuthenticationError", "Invalid Authorization header")
        return self.sites[token]()


def _read_token(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value).decode()
        except (binascii.Error, UnicodeDecodeError):
            return NO_TOKEN
    elif scheme.lower() != "token":
        return NO_TOKEN
    key, _, secret = value.partition(":")
    return key, secret


# Columns of every table, so that an empty one can be filtered too.
STANDARD = frozenset({"name", "creation", "modified", "modified_by", "owner", "docstatus", "idx"})
CHILD_STANDARD = frozenset({"parent", "parentfield", "parenttype"})


def _rows(site: ErpnextSite, request: Request) -> tuple[list[Json], frozenset[str]]:
    doctype = request.path_params.get("doctype") or request.query_params.get("doctype", "")
    if doctype not in site.tables:
        raise FrappeError(404, "DoesNotExistError", f"DocType {doctype} not found")
    if doctype in CHILD_OF and request.query_params.get("parent") not in CHILD_OF[doctype]:
        raise FrappeError(403, "PermissionError", f"No permission to read {doctype}")
    rows = site.tables[doctype]
    standard = STANDARD | CHILD_STANDARD if doctype in CHILD_OF else STANDARD
    return rows, frozenset(name for row in rows for name in row) | standard


def _list(site: ErpnextSite, request: Request) -> Json:
    rows, columns = _rows(site, request)
    start, size = read_page(request.query_params)
    found = select(rows, columns, request.query_params)
    found = found[start : None if size is None else start + size]
    return {"data": project(found, columns, request.query_params)}


def _get(site: ErpnextSite, request: Request) -> Json:
    """One document with its child rows; null fields are left out."""
    doctype, name = request.path_params["doctype"], request.path_params["name"]
    rows, _ = _rows(site, request)
    found = next((row for row in rows if row["name"] == name), None)
    if found is None:
        raise FrappeError(404, "DoesNotExistError", f"{doctype} {name} not found")
    document = {key: value for key, value in found.items() if value is not None}
    document["doctype"] = doctype
    for field, child in CHILDREN.get(doctype, {}).items():
        document[field] = [
            {key: value for key, value in row.items() if value is not None} | {"doctype": child}
            for row in site.tables[child]
            if (row["parent"], row["parenttype"], row["parentfield"]) == (name, doctype, field)
        ]
    return {"data": document}


def _count(site: ErpnextSite, request: Request) -> Json:
    rows, columns = _rows(site, request)
    return {"message": len(select(rows, columns, request.query_params))}


def _user(site: ErpnextSite, request: Request) -> Json:
    return {"message": "api@corner.example"}


def _time_zone(request: Request) -> Response:
    """Guests may ask too."""
    return JSONResponse({"message": {"time_zone": ZONE.key}})


def _unknown(site: ErpnextSite, request: Request) -> Json:
    raise FrappeError(404, "DoesNotExistError", "Not found")
