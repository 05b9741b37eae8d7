"""Prepared pages of a shop's and a Stripe account's customers, served by a process of its own.

Every reader gets the same records in the same number of pages: Stripe's list, Shopify's GraphQL
connection (with the fields its query selects, as GraphQL does) and Shopify's REST list (with its
Link header). Bodies are built before the first request, so that the server costs next to nothing.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

STRIPE_PAGE = 100
SHOPIFY_PAGE = 250
SHOP = {"id": 1, "name": "Bench", "myshopify_domain": "bench.myshopify.com"}
# What only one of the two GraphQL queries selects.
TAP_ONLY = frozenset(
    {
        "email", "phone", "addresses", "taxExempt", "taxExemptions", "validEmailAddress",
        "productSubscriberStatus", "dataSaleOptOut", "lifetimeDuration", "lastOrder",
        "multipassIdentifier", "emailMarketingConsent", "smsMarketingConsent",
    }
)  # fmt: skip
OURS_ONLY = frozenset({"legacyResourceId", "defaultEmailAddress", "defaultPhoneNumber"})
OUR_ADDRESS = ("company", "address1", "address2", "city", "provinceCode", "zip", "countryCodeV2")
SCOPES = [{"handle": name} for name in ("read_customers", "read_orders", "read_users")]
ACCOUNT = {
    "id": "acct_bench",
    "object": "account",
    "settings": {"dashboard": {"display_name": "Bench"}},
}


def build_stripe_customer(number: int, born: datetime) -> dict[str, Any]:
    """One customer as Stripe's list gives it."""
    return {
        "id": f"cus_{number:014d}",
        "object": "customer",
        "address": {
            "city": "Denver", "country": "US", "line1": f"{number} Main Street", "line2": None,
            "postal_code": f"{80000 + number % 999}", "state": "CO",
        },
        "balance": number % 700, "created": int(born.timestamp()) + number % 3600,
        "currency": "usd", "default_source": None, "delinquent": number % 50 == 0,
        "description": f"Customer number {number}", "discount": None,
        "email": f"person{number}@example.com", "invoice_prefix": f"{number:08X}",
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
        "livemode": False, "metadata": {"segment": f"s{number % 9}"}, "name": f"Person {number}",
        "phone": f"+1303555{number % 10000:04d}", "preferred_locales": ["en"], "shipping": None,
        "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip


def build_graphql_customer(number: int, born: datetime) -> dict[str, Any]:
    """One customer with every field any of the readers selects."""
    instant = (born + timedelta(seconds=number % 3600)).strftime("%Y-%m-%dT%H:%M:%SZ")
    address = {
        "id": f"gid://shopify/MailingAddress/{number}", "address1": f"{number} Main Street",
        "address2": None, "city": "Denver", "company": None, "country": "United States",
        "countryCodeV2": "US", "province": "Colorado", "provinceCode": "CO", "zip": "80202",
        "firstName": "Person", "lastName": str(number), "name": f"Person {number}", "phone": None,
    }  # fmt: skip
    return {
        "id": f"gid://shopify/Customer/{number}", "legacyResourceId": str(number),
        "createdAt": instant, "updatedAt": instant, "firstName": "Person", "lastName": str(number),
        "displayName": f"Person {number}", "email": f"person{number}@example.com",
        "defaultEmailAddress": {
            "emailAddress": f"person{number}@example.com", "marketingState": "SUBSCRIBED",
        },
        "defaultPhoneNumber": {"phoneNumber": f"+1303555{number % 10000:04d}"},
        "phone": f"+1303555{number % 10000:04d}", "state": "ENABLED", "verifiedEmail": True,
        "locale": "en", "numberOfOrders": str(number % 9), "note": None, "tags": ["a", "b"],
        "amountSpent": {"amount": f"{number % 900}.50", "currencyCode": "USD"},
        "defaultAddress": address, "addresses": [address], "taxExempt": False, "taxExemptions": [],
        "validEmailAddress": True, "productSubscriberStatus": "NEVER_SUBSCRIBED",
        "dataSaleOptOut": False, "lifetimeDuration": "over 1 year", "lastOrder": None,
        "multipassIdentifier": None, "emailMarketingConsent": None, "smsMarketingConsent": None,
    }  # fmt: skip


def build_rest_customer(number: int, born: datetime) -> dict[str, Any]:
    """The same customer in the words of the REST list."""
    node = build_graphql_customer(number, born)
    address = {
        "id": number, "customer_id": number, "address1": f"{number} Main Street",
        "address2": None, "city": "Denver", "company": None, "country": "United States",
        "country_code": "US", "country_name": "United States", "province": "Colorado",
        "province_code": "CO", "zip": "80202", "first_name": "Person", "last_name": str(number),
        "name": f"Person {number}", "phone": None, "default": True,
    }  # fmt: skip
    return {
        "id": number, "admin_graphql_api_id": node["id"], "created_at": node["createdAt"],
        "updated_at": node["updatedAt"], "first_name": "Person", "last_name": str(number),
        "email": node["email"], "phone": node["phone"], "state": "enabled", "verified_email": True,
        "orders_count": number % 9, "total_spent": f"{number % 900}.50", "currency": "USD",
        "note": None, "tags": "a, b", "tax_exempt": False, "tax_exemptions": [],
        "last_order_id": None, "last_order_name": None, "multipass_identifier": None,
        "email_marketing_consent": None, "sms_marketing_consent": None, "addresses": [address],
        "default_address": address,
    }  # fmt: skip


class Pages:
    """Bodies of every list, by page number."""

    def __init__(self, rows: int) -> None:
        born = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        stripe = [build_stripe_customer(number, born) for number in range(rows)]
        self.stripe = [
            {"object": "list", "url": "/v1/customers", "has_more": more, "data": part}
            for part, more in _cut(stripe, STRIPE_PAGE)
        ]
        graphql = [build_graphql_customer(number, born) for number in range(rows)]
        parts = list(enumerate(_cut(graphql, SHOPIFY_PAGE)))
        self.nodes = [
            _connection({"nodes": [_select_ours(node) for node in part]}, at, more)
            for at, (part, more) in parts
        ]
        self.edges = [
            _connection({"edges": [{"node": _without(node, OURS_ONLY)} for node in part]}, at, more)
            for at, (part, more) in parts
        ]
        rest = [build_rest_customer(number, born) for number in range(rows)]
        self.rest = [{"customers": part} for part, _ in _cut(rest, SHOPIFY_PAGE)]
        self.bodies = {
            name: [json.dumps(page).encode() for page in getattr(self, name)]
            for name in ("stripe", "nodes", "edges", "rest")
        }
        self.place = {page["data"][-1]["id"]: at for at, page in enumerate(self.stripe, 1)}


def _cut(records: list[Any], size: int) -> list[tuple[list[Any], bool]]:
    starts = range(0, len(records), size)
    return [(records[at : at + size], at + size < len(records)) for at in starts]


def _select_ours(node: dict[str, Any]) -> dict[str, Any]:
    address = {name: node["defaultAddress"][name] for name in OUR_ADDRESS}
    return {**_without(node, TAP_ONLY), "defaultAddress": address}


def _without(node: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in names}


def _connection(records: dict[str, Any], page: int, more: bool) -> dict[str, Any]:
    info = {"hasNextPage": more, "endCursor": str(page + 1)}
    return {"data": {"customers": {**records, "pageInfo": info}}}


def build_handler(pages: Pages) -> type[BaseHTTPRequestHandler]:
    """A handler over the prepared pages; an address it does not know is a 404."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One small segment must not wait for the other side's delayed acknowledgement.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/v1/customers":
                page = pages.place[query["starting_after"]] if "starting_after" in query else 0
                self._answer(pages.bodies["stripe"][page])
            elif parts.path.startswith("/v1/account"):
                self._answer(json.dumps(ACCOUNT).encode())
            elif parts.path == "/v1/events":
                empty = {"object": "list", "url": "/v1/events", "has_more": False, "data": []}
                self._answer(json.dumps(empty).encode())
            elif parts.path.endswith("/customers.json"):
                self._answer_rest(int(query.get("page_info", 0)))
            elif parts.path.endswith("/shop.json"):
                self._answer(json.dumps({"shop": SHOP}).encode())
            elif parts.path.endswith("/access_scopes.json"):
                self._answer(json.dumps({"access_scopes": SCOPES}).encode())
            else:
                self._answer(b'{"errors": "Not Found"}', 404)

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "accessScopes" in sent["query"]:
                found = {"data": {"currentAppInstallation": {"accessScopes": SCOPES}}}
                self._answer(json.dumps(found).encode())
            elif "customers(" in sent["query"]:
                after = (sent.get("variables") or {}).get("after")
                shape = "edges" if "edges" in sent["query"] else "nodes"
                self._answer(pages.bodies[shape][int(after or 0)])
            else:
                self._answer(json.dumps({"data": {"shop": SHOP}}).encode())

        def _answer_rest(self, page: int) -> None:
            link = {}
            if page + 1 < len(pages.rest):
                address = f"https://bench.myshopify.com{urlsplit(self.path).path}"
                link = {"Link": f'<{address}?limit=250&page_info={page + 1}>; rel="next"'}
            # Nearly no load, else the reader waits as it would at the vendor's.
            self._answer(
                pages.bodies["rest"][page],
                headers={**link, "X-Shopify-Shop-Api-Call-Limit": "1/40"},
            )

        def _answer(
            self, body: bytes, status: int = 200, headers: dict[str, str] | None = None
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Handler


def main(rows: int) -> None:
    """Serve until killed; the first line on standard output is the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), build_handler(Pages(rows)))
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
