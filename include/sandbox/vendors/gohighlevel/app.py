"""HTTP face of the sub-account: token, version and location are checked before every list."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.serve.consent import ConsentDesk
from include.sandbox.serve.logins import TokenChain
from include.sandbox.vendors.gohighlevel import lists
from include.sandbox.vendors.gohighlevel.account import Json, SubAccount
from include.sandbox.vendors.gohighlevel.lists import Refused

EARLY, LATE, THIRD = "2021-04-15", "2021-07-28", "v3"
DAILY = 200_000
SCOPES = (
    "contacts.readonly opportunities.readonly conversations.readonly calendars.readonly "
    "calendars/events.readonly users.readonly"
)
View = Callable[[SubAccount, Request, Any], Json]


class GoHighLevelApi:
    """One sub-account of one agency.

    Attributes:
        fetch_account: Gives the sub-account as it is now.
        private_token: A private integration token, beside the OAuth ones.
    """

    def __init__(
        self,
        fetch_account: Callable[[], SubAccount],
        tokens: TokenChain,
        client: tuple[str, str],
        company_id: str,
        private_token: str,
    ) -> None:
        self.fetch_account, self.tokens, self.private_token = fetch_account, tokens, private_token
        self._client, self._company = client, company_id
        self._calls = count(1)
        self._desk = ConsentDesk(client[0], ("location",))

    def routes(self) -> list[Route]:
        return [
            Route("/oauth/chooselocation", self._desk.page),
            Route("/oauth/token", self.token, methods=["POST"]),
            self._route("/contacts/search", LATE, self._contacts, "POST"),
            self._route("/opportunities/search", LATE, self._opportunities),
            self._route("/opportunities/pipelines", LATE, self._pipelines),
            self._route("/conversations/search", EARLY, self._conversations),
            self._route("/calendars/", EARLY, self._calendars),
            self._route("/calendars/events", EARLY, self._events),
            self._route("/users/search", LATE, self._search_users),
            self._route("/users/", LATE, self._users),
        ]

    async def token(self, request: Request) -> Response:
        """For a code, or a refresh token; each answer has a new one and ends the old one."""
        if not request.headers.get("content-type", "").startswith(
            "application/x-www-form-urlencoded"
        ):
            return _refusal(422, ["grant_type should not be empty"])
        form = {_snake(name): value for name, value in (await request.form()).items()}
        if (form.get("client_id"), form.get("client_secret")) != self._client:
            return _refusal(401, "Invalid client credentials!")
        if form.get("grant_type") == "authorization_code":
            renewed = self.tokens.begin() if self._desk.redeem(form) else None
        elif form.get("grant_type") == "refresh_token":
            renewed = self.tokens.renew(str(form.get("refresh_token", "")))
        else:
            return _refusal(422, ["grant_type must be authorization_code or refresh_token here"])
        if renewed is None:
            return _refusal(400, "Invalid grant: refresh token is invalid")
        return JSONResponse({
            "access_token": renewed[0], "refresh_token": renewed[1], "token_type": "Bearer",
            "expires_in": 86_399, "scope": SCOPES, "userType": "Location",
            "companyId": self._company, "locationId": self.fetch_account().location_id,
            "userId": self.fetch_account().users[-1]["id"],
        })  # fmt: skip

    def _route(self, path: str, version: str, view: View, method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.json() if method == "POST" else None
            try:
                self._check(request, version, body)
                answer: Response = JSONResponse(view(self.fetch_account(), request, body))
            except Refused as error:
                answer = _refusal(error.status, error.message)
            left = DAILY - next(self._calls)
            answer.headers.update({
                "X-RateLimit-Limit-Daily": str(DAILY), "X-RateLimit-Daily-Remaining": str(left),
                "X-RateLimit-Interval-Milliseconds": "10000", "X-RateLimit-Max": "100",
                "X-RateLimit-Remaining": "99",
            })  # fmt: skip
            return answer

        return Route(path, endpoint, methods=[method])

    def _check(self, request: Request, version: str, body: Any) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = self.tokens.accepts(token) or token == self.private_token
        if scheme != "Bearer" or not known:
            raise Refused(401, "Invalid token: access token is invalid")
        if request.headers.get("version") not in (version, THIRD):
            raise Refused(401, "version header was not found or is invalid")
        named = (body or {}).get("locationId") or request.query_params.get(self._place(request))
        if named and named != self.fetch_account().location_id:
            raise Refused(401, "The token does not have access to this location.")

    def _place(self, request: Request) -> str:
        """The parameter that names the location: `location_id` for v2 opportunities."""
        old = request.headers.get("version") == LATE
        return (
            "location_id" if old and "/opportunities/search" in str(request.url) else "locationId"
        )

    def _need_location(self, request: Request) -> None:
        if not request.query_params.get("locationId"):
            raise Refused(422, ["locationId should not be empty"])

    def _contacts(self, account: SubAccount, request: Request, body: Any) -> Json:
        return lists.search_contacts(account, body)

    def _opportunities(self, account: SubAccount, request: Request, body: Any) -> Json:
        place = self._place(request)
        return lists.search_opportunities(account, request.query_params, place)

    def _pipelines(self, account: SubAccount, request: Request, body: Any) -> Json:
        self._need_location(request)
        return {"pipelines": account.pipelines}

    def _conversations(self, account: SubAccount, request: Request, body: Any) -> Json:
        self._need_location(request)
        return lists.search_conversations(account, request.query_params)

    def _calendars(self, account: SubAccount, request: Request, body: Any) -> Json:
        self._need_location(request)
        return {"calendars": account.calendars}

    def _events(self, account: SubAccount, request: Request, body: Any) -> Json:
        self._need_location(request)
        return lists.list_events(account, request.query_params)

    def _search_users(self, account: SubAccount, request: Request, body: Any) -> Json:
        return lists.search_users(account, request.query_params, self._company)

    def _users(self, account: SubAccount, request: Request, body: Any) -> Json:
        self._need_location(request)
        return {"users": account.users}


def _snake(name: str) -> str:
    """`clientId` of version v3 as `client_id` of v2."""
    return re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name)


def _refusal(status: int, message: str | list[str]) -> Response:
    names = {401: "Unauthorized", 422: "Unprocessable Entity"}
    body: Json = {"statusCode": status, "message": message}
    return JSONResponse(body | ({"error": names[status]} if status in names else {}), status)
