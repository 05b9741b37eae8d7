"""HTTP face of the Graph API: objects, lists, report jobs, usage headers."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.serve.consent import ConsentDesk
from include.sandbox.vendors.meta_ads.account import AdAccount
from include.sandbox.vendors.meta_ads.fields import GraphError, parse_fields, select
from include.sandbox.vendors.meta_ads.reports import Job, build_rows

OLDEST, NEWEST = 22, 26
DEFAULT_PAGE, LARGEST_PAGE = 25, 500
HIDDEN = frozenset({"DELETED", "ARCHIVED"})
APP_ID, APP_SECRET = "178000000000042", "sandbox-meta-app-secret"
FIRST_RUN = 60_230_000_000_000_000


class GraphApi:
    """All ad accounts of the sandbox behind one host.

    Attributes:
        jobs: Report runs by id.
        usage: Percent shown in `x-business-use-case-usage`.
    """

    def __init__(
        self, fetch: Callable[[str], AdAccount], tokens: Mapping[str, str], tenants: list[str]
    ) -> None:
        self._fetch, self._tokens, self._tenants = fetch, tokens, tenants
        self._runs = count(FIRST_RUN)
        self.jobs: dict[str, Job] = {}
        self.usage = 3
        self._desk = ConsentDesk(APP_ID, tuple(tenants))
        self._short: dict[str, str] = {}

    def routes(self) -> list[Route]:
        node = "/{version}/{node}"
        return [
            Route("/{version}/dialog/oauth", self._desk.page),
            Route("/{version}/oauth/access_token", self._token, methods=["GET", "POST"]),
            Route(node, self._guard(self._object)),
            Route(f"{node}/insights", self._guard(self._insights), methods=["GET", "POST"]),
            Route(f"{node}/{{edge}}", self._guard(self._list)),
        ]

    async def _token(self, request: Request) -> Response:
        """A token of two hours for a code, one of sixty days for such a token."""
        given: dict[str, Any] = dict(request.query_params)
        if request.method == "POST":
            given |= {name: str(text) for name, text in (await request.form()).items()}
        if (given.get("client_id"), given.get("client_secret")) != (APP_ID, APP_SECRET):
            refused = GraphError(101, "Error validating application.")
            return JSONResponse(build_error(refused), refused.status)
        if given.get("grant_type") == "fb_exchange_token":
            tenant = self._short.get(str(given.get("fb_exchange_token")))
            token = next((t for t, owner in self._tokens.items() if owner == tenant), None)
            lasts = 5_184_000
        else:
            tenant = self._desk.redeem(given)
            token, lasts = f"EAAshort{len(self._short)}" if tenant else None, 5_400
            if tenant and token:
                self._short[token] = tenant
        if token is None:
            error = GraphError(100, "This authorization code has been used.")
            return JSONResponse(build_error(error), error.status)
        body = {"access_token": token, "token_type": "bearer", "expires_in": lasts}
        return JSONResponse(body)

    def _guard(
        self, view: Callable[[Request, str, dict[str, Any]], Any]
    ) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            params: dict[str, Any] = dict(request.query_params)
            if request.method == "POST":
                params |= await _read_body(request)
            try:
                body: Any = view(request, self._tenant(request, params), params)
                status = 200
            except GraphError as error:
                status, body = error.status, build_error(error)
            return JSONResponse(body, status, headers=self._headers())

        return endpoint

    def _headers(self) -> dict[str, str]:
        use = {
            "type": "ads_insights", "call_count": self.usage, "total_cputime": 1, "total_time": 1,
            "estimated_time_to_regain_access": 0, "ads_api_access_tier": "standard_access",
        }  # fmt: skip
        return {
            "x-business-use-case-usage": json.dumps({"112233445566778": [use]}),
            "x-fb-ads-insights-throttle": json.dumps(
                {"app_id_util_pct": 0.1, "acc_id_util_pct": float(self.usage)}
            ),
            "facebook-api-version": f"v{NEWEST}.0",
        }

    def _tenant(self, request: Request, params: dict[str, Any]) -> str:
        """Whose token it is.

        Raises:
            GraphError: 190 for a bad token, 2635 for a version that ended.
        """
        version = request.path_params["version"].removeprefix("v").removesuffix(".0")
        if not version.isdecimal() or not OLDEST <= int(version) <= NEWEST:
            raise GraphError(2635, "(#2635) You are calling a deprecated version of the Ads API")
        _, _, header = request.headers.get("authorization", "").partition(" ")
        token = header or str(params.pop("access_token", ""))
        if token not in self._tokens:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token",
                             status=401)  # fmt: skip
        return self._tokens[token]

    def _account(self, request: Request, tenant: str) -> AdAccount:
        account = self._fetch(tenant)
        if request.path_params["node"] != f"act_{account.number}":
            raise _missing(request)
        return account

    def _object(self, request: Request, tenant: str, params: dict[str, Any]) -> Any:
        """An ad account or a report run."""
        job = self.jobs.get(request.path_params["node"])
        if job is None:
            account = self._account(request, tenant)
            fields = parse_fields(params.get("fields", "account_id"), "account")
            return select(account.facts, fields)
        if job.tenant != tenant:
            raise _missing(request)
        job.looks += 1
        facts = job.describe(self._fetch(tenant))
        return select(facts, parse_fields(params.get("fields") or ",".join(facts), "report"))

    def _list(self, request: Request, tenant: str, params: dict[str, Any]) -> Any:
        account, edge = self._account(request, tenant), request.path_params["edge"]
        if edge not in account.lists:
            raise GraphError(2500, f"Unknown path components: /{edge}", status=404)
        fields = parse_fields(params.get("fields", "id"), edge)
        try:
            wanted = json.loads(params.get("effective_status", "null"))
        except ValueError:
            raise GraphError(100, "(#100) effective_status must be an array") from None
        rows = [
            select(row, fields) for row in account.lists[edge]
            if (row["effective_status"] in wanted if wanted
                else row["effective_status"] not in HIDDEN)
        ]  # fmt: skip
        return self._page(request, rows, params)

    def _insights(self, request: Request, tenant: str, params: dict[str, Any]) -> Any:
        """Read now (GET), start a job (POST), or the rows of a job."""
        job = self.jobs.get(request.path_params["node"])
        if job is not None and job.tenant == tenant:
            if not job.is_complete:
                raise GraphError(2601, "Loading Async Ads Report Failed", subcode=1815107)
            return self._page(request, self._rows(tenant, job.params), params)
        self._account(request, tenant)
        rows = self._rows(tenant, params)
        if request.method == "GET":
            return self._page(request, rows, params)
        run_id = str(next(self._runs))
        self.jobs[run_id] = Job(run_id, tenant, params)
        return {"report_run_id": run_id}

    def _rows(self, tenant: str, params: dict[str, Any]) -> list[dict[str, Any]]:
        account = self._fetch(tenant)
        return build_rows(account, params, account.now.astimezone(account.zone).date())

    def _page(self, request: Request, rows: list[dict[str, Any]], params: dict[str, Any]) -> Any:
        """Cursors come with every page that has rows, `next` only when more follows."""
        limit = min(int(params.get("limit") or DEFAULT_PAGE), LARGEST_PAGE)
        start = _position(params["after"]) if params.get("after") else 0
        some = rows[start : start + limit]
        body: dict[str, Any] = {"data": some}
        if some:
            after = _cursor(start + len(some))
            body["paging"] = {"cursors": {"before": _cursor(start), "after": after}}
            if start + len(some) < len(rows):
                secret = {"access_token": "as Meta shows it here"}
                url = request.url.include_query_params(after=after, **secret)
                body["paging"]["next"] = str(url)
        return body


async def _read_body(request: Request) -> dict[str, Any]:
    """Parameters of a POST, as a form or as JSON."""
    if "json" in request.headers.get("content-type", ""):
        return dict(await request.json())
    return {name: str(value) for name, value in (await request.form()).items()}


def build_error(error: GraphError) -> dict[str, Any]:
    """The Graph API's error body; throttling codes are transient."""
    body = {
        "message": error.message, "type": "OAuthException", "code": error.code,
        "is_transient": error.code in (1, 2, 4, 17, 2601), "fbtrace_id": "AsandboxTrace0000000000",
    }  # fmt: skip
    return {"error": body | ({"error_subcode": error.subcode} if error.subcode else {})}


def _missing(request: Request) -> GraphError:
    node = request.path_params["node"]
    return GraphError(
        100, f"Unsupported request. Object with ID '{node}' does not exist", subcode=33
    )


def _cursor(position: int) -> str:
    return urlsafe_b64encode(f"p{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(urlsafe_b64decode(cursor).decode().removeprefix("p"))
    except ValueError:
        raise GraphError(100, "(#100) Invalid cursor") from None
