"""QuickBooks Online of the sandbox: Intuit's shapes and refusals, the same books as the CSVs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
import requests

from include.sandbox.economy_views import fetch_books
from include.sandbox.serve.logins import TokenChain
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.quickbooks.app import RefreshTokens
from include.sandbox.vendors.quickbooks.company import Company
from include.sandbox.vendors.quickbooks.vendor import CREDENTIALS, REALM, fetch_company
from include.sandbox.world import END, WorldSpec
from tests.connectors.vendor_specs import load_json_spec

SPEC = WorldSpec(size=100)
FIELDS = CREDENTIALS["acme"]
LOGIN = (str(FIELDS["login"]), str(FIELDS["password"]))
REFRESH = FIELDS["extra"]["refresh_token"]  # type: ignore[index]
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox(SPEC) as url:
        yield f"{url}/quickbooks"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(SPEC)


@pytest.fixture(scope="module")
def company(session: Session) -> Company:
    return fetch_company(session, "acme")


@pytest.fixture(scope="module")
def bearer(base_url: str) -> dict[str, str]:
    form = {"grant_type": "refresh_token", "refresh_token": REFRESH}
    found = _ask_token(base_url, form).json()
    assert found["token_type"] == "bearer"
    assert found["expires_in"] == 3600
    return {"Authorization": f"Bearer {found['access_token']}", **JSON}


def _ask_token(base_url: str, form: dict[str, Any], login: tuple[str, str] = LOGIN) -> Any:
    url = f"{base_url}/oauth2/v1/tokens/bearer"
    return requests.post(url, data=form, auth=login, timeout=10)


def _query(base_url: str, headers: dict[str, str], text: str, realm: str = REALM) -> Any:
    return requests.get(
        f"{base_url}/v3/company/{realm}/query", params={"query": text}, headers=headers, timeout=10
    )


@pytest.mark.parametrize(
    "entity",
    ["Customer", "Item", "Account", "Vendor", "Invoice", "SalesReceipt", "CreditMemo",
     "RefundReceipt", "Payment", "Estimate", "Class", "Department", "PaymentMethod", "TaxCode"],
)  # fmt: skip
def test_bodies_fit_the_schema(base_url: str, bearer: dict[str, str], entity: str) -> None:
    """Intuit's XSDs as JSON Schema; every field is known, every value of its type."""
    spec = load_json_spec("quickbooks.schema.json")
    known = set(spec["$defs"][entity]["properties"])
    body = _query(base_url, bearer, f"SELECT * FROM {entity} MAXRESULTS 1000").json()
    schema = {"$ref": "#/$defs/QueryEnvelope", "$defs": spec["$defs"]}
    jsonschema.Draft202012Validator(schema).validate(body)
    rows = body["QueryResponse"][entity]
    assert rows
    assert {name for row in rows for name in row} <= known


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT * FROM Invoice WHERE Id = '1' OR Id = '2'", "4000"),
        ("SELECT * FROM Nothing", "4000"),
        ("SELECT Invoice", "4000"),
        ("SELECT * FROM Invoice MAXRESULTS 1001", "4001"),
        ("SELECT * FROM Invoice STARTPOSITION 0", "4001"),
        ("SELECT * FROM Invoice WHERE Colour = 'red'", "4001"),
        ("SELECT * FROM Invoice WHERE MetaData.LastUpdatedTime > 'yesterday'", "4001"),
    ],
)
def test_statements_intuit_refuses(
    base_url: str, bearer: dict[str, str], text: str, code: str
) -> None:
    answer = _query(base_url, bearer, text)
    assert answer.status_code == 400
    fault = answer.json()["Fault"]
    assert fault["type"] == "ValidationFault"
    assert fault["Error"][0]["code"] == code


def test_pages_and_defaults(base_url: str, bearer: dict[str, str], company: Company) -> None:
    first = _query(base_url, bearer, "select * from SalesReceipt").json()["QueryResponse"]
    assert (first["startPosition"], first["maxResults"]) == (1, 100)
    counted = _query(base_url, bearer, "select count(*) from SalesReceipt").json()
    total = len(company.rows["SalesReceipt"])
    assert counted["QueryResponse"] == {"totalCount": total}
    beyond = f"select * from SalesReceipt startposition {total + 1}"
    assert _query(base_url, bearer, beyond).json()["QueryResponse"] == {}


def test_lists_hide_inactive_rows(base_url: str, bearer: dict[str, str]) -> None:
    hidden = "SELECT count(*) FROM Customer"
    shown = "SELECT count(*) FROM Customer WHERE Active IN (true, false)"
    counts = [
        _query(base_url, bearer, text).json()["QueryResponse"]["totalCount"]
        for text in (hidden, shown)
    ]
    assert 0 < counts[0] < counts[1]


def test_gateway_refusals_are_written_small(base_url: str, bearer: dict[str, str]) -> None:
    text = "SELECT * FROM Invoice"
    bad = _query(base_url, {**bearer, "Authorization": "Bearer old"}, text)
    assert (bad.status_code, bad.json()["fault"]["error"][0]["code"]) == (401, "3200")
    other = _query(base_url, bearer, text, realm="1")
    assert (other.status_code, other.json()["fault"]["error"][0]["code"]) == (403, "3100")
    xml = _query(base_url, {**bearer, "Accept": "*/*"}, text)
    assert xml.headers["content-type"].startswith("application/xml")


def test_a_statement_may_be_posted(base_url: str, bearer: dict[str, str]) -> None:
    url = f"{base_url}/v3/company/{REALM}/query"
    kind = {"Content-Type": "application/text"}
    text = "SELECT * FROM Vendor"
    answer = requests.post(url, data=text, headers={**bearer, **kind}, timeout=10)
    assert answer.json()["QueryResponse"]["Vendor"]


def test_token_refusals(base_url: str) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
    assert _ask_token(base_url, form).json() == {"error": "invalid_grant"}
    good = {**form, "refresh_token": REFRESH}
    assert _ask_token(base_url, good, ("x", "y")).status_code == 401


def test_the_refresh_token_changes_once_a_day() -> None:
    """The same value all day; the next day a new one, and the former is refused."""
    chain = TokenChain("test")
    tokens = RefreshTokens(chain)
    first = tokens.renew(chain.refresh_token(0), END)
    assert first is not None
    assert tokens.renew(first[1], END) == first
    second = tokens.renew(first[1], END + timedelta(days=1))
    assert second is not None
    assert second[1] != first[1]
    assert tokens.renew(first[1], END + timedelta(days=1)) is None


def test_change_data_holds_deleted_documents(
    base_url: str, bearer: dict[str, str], company: Company
) -> None:
    since = company.now - timedelta(days=29)
    url = f"{base_url}/v3/company/{REALM}/cdc"
    params = {"entities": "Invoice,JournalEntry", "changedSince": since.isoformat()}
    [found] = requests.get(url, params=params, headers=bearer, timeout=10).json()["CDCResponse"]
    rows = [row for part in found["QueryResponse"] for row in part.get("JournalEntry", [])]
    gone = [row for row in rows if row.get("status") == "Deleted"]
    assert gone
    assert set(gone[0]) == {"domain", "status", "Id", "MetaData"}
    assert not {row["Id"] for row in gone} & {row["Id"] for row in company.rows["JournalEntry"]}
    too_far = {**params, "changedSince": (since - timedelta(days=9)).isoformat()}
    assert requests.get(url, params=too_far, headers=bearer, timeout=10).status_code == 400


def test_documents_add_up(company: Company) -> None:
    for entity in ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt"):
        for row in company.rows[entity]:
            total = Decimal(0)
            for line in row["Line"]:
                amount = Decimal(str(line["Amount"]))
                if line["DetailType"] == "DiscountLineDetail":
                    total -= amount
                elif line["DetailType"] != "SubTotalLineDetail":
                    total += amount
            assert total == Decimal(str(row["TotalAmt"])), (entity, row["Id"])


def test_they_are_the_books_of_the_exports(session: Session, company: Company) -> None:
    books = fetch_books(session, "acme")
    exported = sum(doc.amount for doc in books.documents if doc.kind == "Invoice")
    told = sum(Decimal(str(row["TotalAmt"])) for row in company.rows["Invoice"])
    assert told * 100 == exported
    customers = {row["Id"] for row in company.rows["Customer"]}
    items = {row["Id"] for row in company.rows["Item"]}
    for row in company.rows["Invoice"] + company.rows["Payment"]:
        assert row["CustomerRef"]["value"] in customers
    invoices = {row["Id"] for row in company.rows["Invoice"]}
    for row in company.rows["Payment"]:
        assert row["Line"][0]["LinkedTxn"][0]["TxnId"] in invoices
    for row in company.rows["Invoice"]:
        sold = [x for x in row["Line"] if x["DetailType"] == "SalesItemLineDetail"]
        assert {x["SalesItemLineDetail"]["ItemRef"]["value"] for x in sold} <= items


def test_times_carry_the_offset_of_their_day(company: Company) -> None:
    """Denver: -07:00 in winter, -06:00 in summer; as text they do not sort."""
    stamps = [row["MetaData"]["LastUpdatedTime"] for row in company.rows["SalesReceipt"]]
    assert {stamp[-6:] for stamp in stamps} == {"-06:00", "-07:00"}
    assert all(datetime.fromisoformat(stamp) <= company.now for stamp in stamps)
