"""HTTP face of the Stripe accounts: authentication, routes, Request-Id.

Source: docs.stripe.com/api/authentication and /errors, read 2026-11.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from itertools import count

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.vendors.stripe import lists
from include.sandbox.vendors.stripe.ledger import RESOURCES, StripeAccount
from include.sandbox.vendors.stripe.lists import StripeError
from include.sandbox.vendors.stripe.shapes import Json

NOUNS = {name: lists.find_object(name).replace("_", " ") for name in RESOURCES}
VERSION = "2026-10-28.endive"


class StripeApi:
    """All accounts behind one host, told apart by key.

    Attributes:
        accounts: api key -> function giving the account as it is now.
    """

    def __init__(self, accounts: Mapping[str, Callable[[], StripeAccount]]) -> None:
        self.accounts = accounts
        self._requests = count(1)

    def routes(self) -> list[Route]:
        found = [
            Route("/v1/invoices/{id}/lines", self._answer(self._invoice_lines)),
            Route("/v1/balance", self._answer(self._balance)),
            Route("/v1/charges/{id}/refunds", self._answer(self._charge_refunds)),
            Route("/v1/customers/{id}/payment_methods", self._answer(self._methods)),
            Route("/v1/transfers/{id}/reversals", self._answer(self._reversals)),
        ]
        for name in RESOURCES:
            found.append(Route(f"/v1/{name}", self._answer(self._list(name))))
            found.append(Route(f"/v1/{name}/{{id}}", self._answer(self._get(name))))
        found.append(
            Route("/{rest:path}", self._answer(self._unknown), methods=["GET", "POST", "DELETE"])
        )
        return found

    def _answer(
        self, view: Callable[[StripeAccount, Request], Json]
    ) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            status: int = 200
            try:
                body = view(self._authenticate(request), request)
            except StripeError as error:
                status, body = error.status, error.body
            headers = {
                "Request-Id": f"req_sandbox{next(self._requests):08d}",
                "Stripe-Version": VERSION,
            }
            return JSONResponse(body, status, headers)

        return endpoint

    def _authenticate(self, request: Request) -> StripeAccount:
        header = request.headers.get("authorization", "")
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                value = ""
        if not value:
            raise StripeError(
                401,
                "You did not provide an API key. You need to provide your API key in the "
                "Authorization header, using Bearer auth "
                "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            )
        if value not in self.accounts:
            raise StripeError(401, f"Invalid API Key provided: {value[:7]}***{value[-4:]}")
        return self.accounts[value]()

    def _list(self, name: str) -> Callable[[StripeAccount, Request], Json]:
        def view(account: StripeAccount, request: Request) -> Json:
            params = lists.group_params(request.query_params.multi_items())
            lists.check_params(params, lists.PAGING | lists.FILTERS[name])
            lists.read_limit(params)
            rows = lists.select(account, name, params)
            page = lists.build_page(rows, params, f"/v1/{name}", NOUNS[name])
            return lists.expand(account, page, params.get("expand", []), is_list=True)

        return view

    def _get(self, name: str) -> Callable[[StripeAccount, Request], Json]:
        def view(account: StripeAccount, request: Request) -> Json:
            params = lists.group_params(request.query_params.multi_items())
            lists.check_params(params, {"expand"})
            row = _find(account, name, request.path_params["id"])
            return lists.expand(account, row, params.get("expand", []), is_list=False)

        return view

    def _invoice_lines(self, account: StripeAccount, request: Request) -> Json:
        invoice = _find(account, "invoices", request.path_params["id"])
        rows = account.invoice_lines[invoice["id"]]
        return self._nested(
            account, request, rows, f"/v1/invoices/{invoice['id']}/lines", "invoice line item"
        )

    def _charge_refunds(self, account: StripeAccount, request: Request) -> Json:
        charge = _find(account, "charges", request.path_params["id"])
        rows = account.refunds_of(charge["id"])
        return self._nested(account, request, rows, f"/v1/charges/{charge['id']}/refunds", "refund")

    def _methods(self, account: StripeAccount, request: Request) -> Json:
        customer = _find(account, "customers", request.path_params["id"])
        rows = [
            row for row in account.tables["payment_methods"] if row["customer"] == customer["id"]
        ]
        url = f"/v1/customers/{customer['id']}/payment_methods"
        return self._nested(account, request, rows, url, "payment method")

    def _reversals(self, account: StripeAccount, request: Request) -> Json:
        transfer = _find(account, "transfers", request.path_params["id"])
        found = transfer["reversals"]
        return self._nested(account, request, found["data"], found["url"], "transfer reversal")

    def _balance(self, account: StripeAccount, request: Request) -> Json:
        held = {"available": 0, "pending": 0}
        for row in account.tables["balance_transactions"]:
            held[row["status"]] += row["net"]
        parts = {
            name: [{"amount": amount, "currency": "usd", "source_types": {"card": amount}}]
            for name, amount in held.items()
        }
        return {"object": "balance", "livemode": False, **parts}

    def _nested(
        self, account: StripeAccount, request: Request, rows: list[Json], url: str, noun: str
    ) -> Json:
        params = lists.group_params(request.query_params.multi_items())
        lists.check_params(params, lists.PAGING - {"created"})
        page = lists.build_page(rows, params, url, noun)
        return lists.expand(account, page, params.get("expand", []), is_list=True)

    def _unknown(self, account: StripeAccount, request: Request) -> Json:
        raise StripeError(
            404,
            f"Unrecognized request URL ({request.method}: {request.url.path}). Please see "
            "https://stripe.com/docs or we can help at https://support.stripe.com/.",
        )


def _find(account: StripeAccount, name: str, object_id: str) -> Json:
    row = account.by_id.get(object_id)
    if row is None or row["object"] != lists.find_object(name):
        raise lists.missing(NOUNS[name], object_id, "id", 404)
    if object_id in account.deleted:
        return {"id": object_id, "object": row["object"], "deleted": True}
    return row
