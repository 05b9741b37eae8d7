"""HTTP face of the org: token, query, describe, jobs, deleted, limits.

Error bodies are arrays of `{message, errorCode}`, except at the OAuth endpoint.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.serve.consent import ConsentDesk
from include.sandbox.serve.logins import TokenChain, read_basic
from include.sandbox.vendors.salesforce.ids import build_id
from include.sandbox.vendors.salesforce.jobs import Job
from include.sandbox.vendors.salesforce.org import Org
from include.sandbox.vendors.salesforce.schema import FIELDS, build_describe
from include.sandbox.vendors.salesforce.shapes import build_record
from include.sandbox.vendors.salesforce.soql import Query, SoqlError, parse, run

LONGEST_URI = 16_384
OLDEST, NEWEST = 41, 68
ISSUED = "1793491200000"
# Rows of a query page; the real server gives up to 2,000 and may give fewer.
PAGE_ROWS = 200
View = Callable[[Request, str], Response]


class SalesforceApi:
    """One org.

    Attributes:
        fetch_org: Gives the org as it is now.
    """

    def __init__(
        self, fetch_org: Callable[[], Org], client_id: str, client_secret: str, tokens: TokenChain
    ) -> None:
        self.fetch_org, self.tokens = fetch_org, tokens
        self._client = (client_id, client_secret)
        self._desk = ConsentDesk(client_id, ("org",), wants_pkce=True)
        self._numbers, self._calls = count(1), count(1)
        self._locators: dict[str, tuple[Query, list[dict[str, Any]]]] = {}
        self._jobs: dict[str, Job] = {}

    def routes(self) -> list[Route]:
        data = "/services/data/{version}"
        return [
            Route("/services/oauth2/authorize", self._desk.page),
            Route("/services/oauth2/token", self.token, methods=["POST"]),
            Route("/services/data", self.versions),
            Route("/services/data/", self.versions),
            Route(f"{data}/query", self._guard(self._query(deleted=False))),
            Route(f"{data}/query/", self._guard(self._query(deleted=False))),
            Route(f"{data}/queryAll", self._guard(self._query(deleted=True))),
            Route(f"{data}/queryAll/", self._guard(self._query(deleted=True))),
            Route(f"{data}/query/{{locator}}", self._guard(self._more)),
            Route(f"{data}/sobjects", self._guard(self._objects)),
            Route(f"{data}/sobjects/{{name}}/describe", self._guard(self._describe)),
            Route(f"{data}/sobjects/{{name}}/deleted/", self._guard(self._deleted)),
            Route(f"{data}/sobjects/{{name}}/{{id}}", self._guard(self._one)),
            Route(f"{data}/limits", self._guard(self._limits)),
            Route(f"{data}/limits/", self._guard(self._limits)),
            Route(f"{data}/jobs/query", self._guard_body(self._create), methods=["POST"]),
            Route(
                f"{data}/jobs/query/{{job}}",
                self._guard_body(self._job),
                methods=["GET", "PATCH", "DELETE"],
            ),
            Route(f"{data}/jobs/query/{{job}}/results", self._guard(self._results)),
        ]

    async def token(self, request: Request) -> Response:
        """A code, `client_credentials` or `refresh_token`; the client in the form or a header."""
        form = await request.form()
        client = read_basic(request.headers.get("authorization", ""))
        if not client[0]:
            client = (str(form.get("client_id", "")), str(form.get("client_secret", "")))
        if client != self._client:
            return _oauth_error("invalid_client_id", "client identifier invalid")
        grant = form.get("grant_type")
        if grant == "client_credentials":
            pair = (self.tokens.access_token(), "")
        elif grant == "authorization_code":
            if self._desk.redeem(form) is None:
                return _oauth_error("invalid_grant", "invalid authorization code")
            pair = self.tokens.begin()
        elif grant == "refresh_token":
            renewed = self.tokens.renew(str(form.get("refresh_token", "")))
            if renewed is None:
                return _oauth_error("invalid_grant", "expired access/refresh token")
            pair = renewed
        else:
            return _oauth_error("unsupported_grant_type", "grant type not supported")
        # Below a mount, `base_url` names the whole server.
        base = f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}"
        body = {
            "access_token": pair[0], "signature": "c2FuZGJveA==", "scope": "api refresh_token",
            "instance_url": base, "id": f"{base}/id/{build_id('Org', 1)}/{build_id('User', 1)}",
            "token_type": "Bearer", "issued_at": ISSUED,
        }  # fmt: skip
        return JSONResponse(body | ({"refresh_token": pair[1]} if pair[1] else {}))

    def versions(self, request: Request) -> Response:
        """API versions, which need no login."""
        rows = [
            {"label": f"v{n}", "url": f"/services/data/v{n}.0", "version": f"{n}.0"}
            for n in range(OLDEST, NEWEST + 1)
        ]
        return JSONResponse(rows)

    def _guard(self, view: View) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            return self._checked(request, lambda version: view(request, version))

        return endpoint

    def _guard_body(self, view: Callable[[Request, str, Any], Response]) -> Callable[..., Any]:
        async def endpoint(request: Request) -> Response:
            body = await request.json() if request.method in ("POST", "PATCH") else {}
            return self._checked(request, lambda version: view(request, version, body))

        return endpoint

    def _checked(self, request: Request, answer: Callable[[str], Response]) -> Response:
        """Token, version and length of the address, then the view; refusals in one shape."""
        version = request.path_params["version"]
        number = re.fullmatch(r"v(\d+)\.0", version)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if len(str(request.url)) > LONGEST_URI:
            return _error(414, "URI_TOO_LONG", "URI too long")
        if number is None or int(number[1]) > NEWEST:
            return _error(404, "NOT_FOUND", "The requested resource does not exist")
        if int(number[1]) < OLDEST:
            return _error(410, "UNSUPPORTED_API_VERSION", "This API version is retired")
        if scheme not in ("Bearer", "OAuth") or not self.tokens.accepts(token):
            return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        try:
            found = answer(version)
        except SoqlError as error:
            found = _error(error.status, error.code, error.message)
        found.headers["Sforce-Limit-Info"] = f"api-usage={next(self._calls)}/115000"
        return found

    def _rows(self, name: str) -> list[dict[str, Any]]:
        return list(self.fetch_org().rows[name].values())

    def _query(self, *, deleted: bool) -> View:
        def view(request: Request, version: str) -> Response:
            query = parse(request.query_params.get("q", ""))
            rows = run(query, self._rows(query.name), deleted=deleted)
            if not query.fields:
                return JSONResponse({"totalSize": len(rows), "done": True, "records": []})
            locator = build_id("Query", next(self._numbers))
            self._locators[locator] = (query, rows)
            return self._page(locator, 0, version)

        return view

    def _more(self, request: Request, version: str) -> Response:
        locator, _, start = request.path_params["locator"].partition("-")
        if locator not in self._locators or not start.isdecimal():
            raise SoqlError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(locator, int(start), version)

    def _page(self, locator: str, start: int, version: str) -> Response:
        query, rows = self._locators[locator]
        some = rows[start : start + PAGE_ROWS]
        following = start + len(some)
        done = following >= len(rows)
        body: dict[str, Any] = {"totalSize": len(rows), "done": done}
        if not done:
            body["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{following}"
        body["records"] = [build_record(query.name, row, query.fields, version) for row in some]
        return JSONResponse(body)

    def _objects(self, request: Request, version: str) -> Response:
        rows = [{"name": name, "queryable": True, "custom": False} for name in FIELDS]
        return JSONResponse({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": rows})

    def _describe(self, request: Request, version: str) -> Response:
        return JSONResponse(build_describe(_known(request)))

    def _one(self, request: Request, version: str) -> Response:
        name, key = _known(request), request.path_params["id"]
        row = self.fetch_org().rows[name].get(key)
        if row is None or row.get("IsDeleted"):
            raise SoqlError("NOT_FOUND", "The requested resource does not exist", 404)
        return JSONResponse(build_record(name, row, tuple(FIELDS[name]), version))

    def _deleted(self, request: Request, version: str) -> Response:
        name = _known(request)
        try:
            start, end = (datetime.fromisoformat(request.query_params[k]) for k in ("start", "end"))
        except (KeyError, ValueError):
            raise SoqlError("INVALID_REPLICATION_DATE", "start and end are needed") from None
        if (end - start).total_seconds() < 60:
            raise SoqlError("INVALID_REPLICATION_DATE", "startDate before endDate by a minute")
        rows = [
            {"id": row["Id"], "deletedDate": row["SystemModstamp"].strftime(_DELETED)}
            for row in self._rows(name)
            if row.get("IsDeleted") and start <= row["SystemModstamp"] < end
        ]
        now = end.astimezone(UTC).strftime(_DELETED)
        return JSONResponse(
            {"deletedRecords": rows, "earliestDateAvailable": now, "latestDateCovered": now}
        )

    def _limits(self, request: Request, version: str) -> Response:
        return JSONResponse({
            "DailyApiRequests": {"Max": 115_000, "Remaining": 114_000},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 9_990},
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
        })  # fmt: skip

    def _create(self, request: Request, version: str, body: Any) -> Response:
        operation = body.get("operation")
        if operation not in ("query", "queryAll"):
            raise SoqlError("INVALIDJOB", "operation must be query or queryAll")
        query = parse(str(body.get("query", "")), bulk=True)
        rows = run(query, self._rows(query.name), deleted=operation == "queryAll")
        # Result pages keep no order, and neither do these.
        rows.sort(key=lambda row: str(row["Id"])[::-1])
        identity = build_id("Job", next(self._numbers))
        created = datetime.now(tz=UTC).strftime(_DELETED)
        job = Job(identity, operation, query, rows, version, created)
        self._jobs[identity] = job
        return JSONResponse(job.shape("UploadComplete"))

    def _job(self, request: Request, version: str, body: Any) -> Response:
        job = self._find_job(request)
        if request.method == "DELETE":
            del self._jobs[job.identity]
            return Response(status_code=204)
        if request.method == "PATCH":
            job.aborted = body.get("state") == "Aborted"
        return JSONResponse(job.describe())

    def _results(self, request: Request, version: str) -> Response:
        job = self._find_job(request)
        if job.looks < 2:
            raise SoqlError("INVALIDJOBSTATE", "The job is not complete")
        wanted = int(request.query_params.get("maxRecords", 50_000))
        page = job.page(request.query_params.get("locator"), wanted)
        if page is None:
            raise SoqlError("INVALID_LOCATOR", "invalid locator")
        text, following, rows = page
        headers = {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(rows)}
        return Response(text, media_type="text/csv; charset=UTF-8", headers=headers)

    def _find_job(self, request: Request) -> Job:
        job = self._jobs.get(request.path_params["job"])
        if job is None:
            raise SoqlError("NOT_FOUND", "The requested resource does not exist", 404)
        return job


_DELETED = "%Y-%m-%dT%H:%M:%S.000+0000"


def _known(request: Request) -> str:
    name: str = request.path_params["name"]
    if name not in FIELDS:
        raise SoqlError("NOT_FOUND", "The requested resource does not exist", 404)
    return name


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse([{"message": message, "errorCode": code}], status)


def _oauth_error(code: str, text: str) -> Response:
    return JSONResponse({"error": code, "error_description": text}, 400)
