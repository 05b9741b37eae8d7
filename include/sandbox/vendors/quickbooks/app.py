"""HTTP face of the company: token, query, change data capture.

Refusals of the gateway are `fault` in lower case, those of the service `Fault`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.serve.consent import ConsentDesk
from include.sandbox.serve.logins import TokenChain, read_basic
from include.sandbox.vendors.quickbooks.company import CDC_DAYS, Company
from include.sandbox.vendors.quickbooks.report import build_report
from include.sandbox.vendors.quickbooks.shapes import local
from include.sandbox.vendors.quickbooks.statement import ENTITIES, StatementError, parse, run

LOWEST_MINOR = 75
MOST_CHANGES = 1000
EPOCH_DAY = datetime(2025, 1, 1, tzinfo=UTC)


class RefreshTokens:
    """The value of the refresh token changes once a day; the one before is then refused."""

    def __init__(self, chain: TokenChain) -> None:
        self.chain, self.issued = chain, 0

    def begin(self) -> tuple[str, str]:
        """The pair of today, for a company that has just agreed."""
        return self.chain.access_token(self.issued), self.chain.refresh_token(self.issued)

    def renew(self, given: str, today: datetime) -> tuple[str, str] | None:
        """Access and refresh token; None when the given one is unknown or has been replaced."""
        day = max((today - EPOCH_DAY).days, self.issued)
        known = [n for n in range(self.issued, day + 1) if self.chain.refresh_token(n) == given]
        if not known:
            return None
        self.issued = max(self.issued, day)
        return self.chain.access_token(self.issued), self.chain.refresh_token(self.issued)


class QuickBooksApi:
    """One company (realm)."""

    def __init__(
        self,
        fetch: Callable[[], Company],
        realm: str,
        client: tuple[str, str],
        tokens: RefreshTokens,
    ) -> None:
        self._fetch, self._realm, self._client, self._tokens = fetch, realm, client, tokens
        self._answers = count(1)
        self._desk = ConsentDesk(
            client[0], (realm,), lambda account, callback: {**callback, "realmId": account}
        )

    def routes(self) -> list[Route]:
        company = "/v3/company/{realm}"
        return [
            Route("/connect/oauth2", self._desk.page),
            Route("/oauth2/v1/tokens/bearer", self.token, methods=["POST"]),
            Route(f"{company}/query", self.query, methods=["GET", "POST"]),
            Route(f"{company}/cdc", self.changes),
            Route(f"{company}/reports/ProfitAndLoss", self.report),
        ]

    async def token(self, request: Request) -> Response:
        """A token pair for a code, or renewed: the old refresh token stays good for a day."""
        form = await request.form()
        if read_basic(request.headers.get("authorization", "")) != self._client:
            return JSONResponse({"error": "invalid_client"}, 401)
        pair = None
        if form.get("grant_type") == "authorization_code":
            pair = self._tokens.begin() if self._desk.redeem(form) else None
        elif form.get("grant_type") == "refresh_token":
            pair = self._tokens.renew(str(form.get("refresh_token", "")), self._fetch().now)
        else:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if pair is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({
            "token_type": "bearer", "access_token": pair[0], "expires_in": 3600,
            "refresh_token": pair[1], "x_refresh_token_expires_in": 8_726_400,
        })  # fmt: skip

    async def query(self, request: Request) -> Response:
        """GET with `query`, or POST with the statement as body."""
        text = request.query_params.get("query", "")
        if request.method == "POST":
            text = (await request.body()).decode("utf-8", "replace")
            if request.headers.get("content-type", "").split(";")[0] not in (
                "application/text", "text/plain",
            ):  # fmt: skip
                return self._fault(400, "ValidationFault", "2010", "Content-Type not supported")
        return self._checked(request, lambda company: self._select(company, text))

    def changes(self, request: Request) -> Response:
        return self._checked(request, lambda company: self._changes(company, request))

    def report(self, request: Request) -> Response:
        """Profit and loss by month; a report is no list and has no name around it."""
        return self._checked(request, lambda company: ("", self._report(company, request)))

    def _report(self, company: Company, request: Request) -> Any:
        asked = request.query_params
        if asked.get("summarize_column_by") != "Month" or asked.get("accounting_method") != (
            "Accrual"
        ):
            raise StatementError("4001", "sandbox: only accrual by month is played")
        try:
            first, last = (date.fromisoformat(asked[f"{end}_date"]) for end in ("start", "end"))
        except (KeyError, ValueError):
            raise StatementError("4001", "invalid date") from None
        return build_report(company.rows, first, last)

    def _checked(self, request: Request, answer: Callable[[Company], tuple[str, Any]]) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not self._tokens.chain.accepts(token):
            return _gateway(401, "AUTHENTICATION", "3200", "Token invalid")
        if request.path_params["realm"] != self._realm:
            return _gateway(403, "AUTHENTICATION", "3100", "ApplicationAuthorizationFailed")
        if "application/json" not in request.headers.get("accept", ""):
            return Response("<IntuitResponse/>", media_type="application/xml")
        minor = request.query_params.get("minorversion", str(LOWEST_MINOR))
        if not minor.isdecimal():
            return self._fault(400, "ValidationFault", "2010", "minorversion")
        company = self._fetch()
        try:
            name, found = answer(company)
        except StatementError as error:
            return self._fault(400, "ValidationFault", error.code, error.detail)
        body = {name: found, "time": local(company.now, company.zone)} if name else found
        return JSONResponse(body, headers={"intuit_tid": f"1-{next(self._answers):08x}"})

    def _select(self, company: Company, text: str) -> tuple[str, Any]:
        select = parse(text)
        rows = run(select, company.rows[select.entity])
        if select.counts:
            return "QueryResponse", {"totalCount": len(rows)}
        page = rows[select.start - 1 : select.start - 1 + select.most]
        if not page:
            return "QueryResponse", {}
        return "QueryResponse", {
            select.entity: page,
            "startPosition": select.start,
            "maxResults": len(page),
        }

    def _changes(self, company: Company, request: Request) -> tuple[str, Any]:
        """Changed and deleted entities since an instant; more than 1000 are cut without a word."""
        names = request.query_params.get("entities", "").split(",")
        if not all(name in ENTITIES for name in names):
            raise StatementError("4000", "entities: unknown entity")
        try:
            since = datetime.fromisoformat(request.query_params["changedSince"])
            since = since if since.tzinfo else since.replace(tzinfo=company.zone)
        except (KeyError, ValueError):
            raise StatementError("4001", "changedSince: invalid date") from None
        if since < company.now - timedelta(days=CDC_DAYS):
            raise StatementError("4001", "changedSince: more than 30 days ago")
        left, found = MOST_CHANGES, []
        for name in names:
            rows = [
                row for row in company.rows[name]
                if datetime.fromisoformat(row["MetaData"]["LastUpdatedTime"]) >= since
            ]  # fmt: skip
            rows += [
                {"domain": "QBO", "status": "Deleted", "Id": key,
                 "MetaData": {"LastUpdatedTime": local(at, company.zone)}}
                for entity, key, at in company.deleted if entity == name and at >= since
            ]  # fmt: skip
            rows.sort(key=lambda row: datetime.fromisoformat(row["MetaData"]["LastUpdatedTime"]))
            rows = rows[:left]
            left -= len(rows)
            part: dict[str, Any] = {"startPosition": 1, "maxResults": len(rows)}
            found.append({name: rows, **part} if rows else {})
        return "CDCResponse", [{"QueryResponse": found}]

    def _fault(self, status: int, kind: str, code: str, detail: str) -> Response:
        error = {"Message": "Invalid query", "Detail": detail, "code": code}
        time = local(self._fetch().now, self._fetch().zone)
        return JSONResponse({"Fault": {"Error": [error], "type": kind}, "time": time}, status)


def _gateway(status: int, kind: str, code: str, message: str) -> Response:
    error = {"message": message, "detail": message, "code": code}
    return JSONResponse({"fault": {"error": [error], "type": kind}}, status)
