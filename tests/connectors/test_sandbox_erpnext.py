"""The ERPNext site answers as Frappe does, with DocTypes that have the fields they should."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from include.connectors.erpnext.listing import CHILD_DOCTYPES
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.erpnext.site import CHILDREN, ErpnextSite
from include.sandbox.vendors.erpnext.vendor import build_counts, build_records, fetch_site
from include.sandbox.world import WorldSpec
from tests.connectors.vendor_specs import load_json_spec
from tests.shipped import load_known_connectors

SPEC = WorldSpec(size=100)
TOKEN = "token key_sandbox_corner:secret_sandbox_corner"
STANDARD = {"name", "owner", "creation", "modified", "modified_by", "docstatus", "idx"}
HIDDEN = {"_user_tags", "_comments", "_assign", "_liked_by", "_seen"}
CHILD = {"parent", "parentfield", "parenttype"}
FITS: dict[str, tuple[type, ...]] = {
    "Currency": (float,), "Float": (float,), "Percent": (float,), "Check": (int,), "Int": (int,),
}  # fmt: skip


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox(SPEC) as url:
        yield url


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(SPEC)


@pytest.fixture(scope="module")
def site(session: Session) -> ErpnextSite:
    return fetch_site(session, "corner")


def get(base_url: str, path: str, token: str | None = TOKEN, **params: Any) -> requests.Response:
    headers = {"Authorization": token} if token else {}
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
    url = f"{base_url}/erpnext/api/{path}"
    return requests.get(url, params=texts, headers=headers, timeout=30)


def test_documents_have_the_fields_of_their_doctype(site: ErpnextSite) -> None:
    """Every field exists with its type, and what the form requires is there."""
    doctypes = load_json_spec("erpnext.doctypes.json")["doctypes"]
    local = {"payment_method", "egsunit"}  # required by the copy's own country edition only
    for doctype, rows in site.tables.items():
        spec = doctypes[doctype]
        kinds = {field["fieldname"]: field["fieldtype"] for field in spec["fields"]}
        known = set(kinds) | STANDARD | HIDDEN | (CHILD if spec["istable"] else set())
        required = {f["fieldname"] for f in spec["fields"] if f.get("reqd")} - local
        tables = {name for name, kind in kinds.items() if kind == "Table"}
        for row in rows:
            assert set(row) <= known, doctype
            for name in required - tables:
                assert row.get(name) is not None, f"{doctype}.{name}"
            for name, value in row.items():
                wanted = FITS.get(kinds.get(name, ""))
                assert value is None or wanted is None or type(value) in wanted, f"{doctype}.{name}"


def test_every_doctype_has_documents(session: Session, site: ErpnextSite) -> None:
    empty = [name for name in site.tables if not site.tables[name]]
    assert empty == []
    assert all(build_counts(session, "corner")["streams"].values())
    assert len(build_records(session, "corner")) == len(site.tables["Customer"]) - 1


def test_lists_name_only_the_documents_unless_fields_are_asked_for(base_url: str) -> None:
    rows = get(base_url, "resource/Sales Invoice").json()["data"]
    assert len(rows) == 20
    assert all(set(row) == {"name"} for row in rows)
    row = get(base_url, "resource/Sales Invoice", fields=["*"]).json()["data"][0]
    assert "grand_total" in row
    assert "items" not in row


def test_one_document_has_its_children_and_no_nulls(base_url: str, site: ErpnextSite) -> None:
    invoice = site.tables["Sales Invoice"][0]
    found = get(base_url, f"resource/Sales Invoice/{invoice['name']}").json()["data"]
    assert found["doctype"] == "Sales Invoice"
    assert found["items"] and all(row["parent"] == invoice["name"] for row in found["items"])
    assert None not in found.values()
    assert sum(row["net_amount"] for row in found["items"]) == pytest.approx(invoice["net_total"])


def test_child_rows_need_their_parents_doctype(base_url: str, site: ErpnextSite) -> None:
    names = [row["name"] for row in site.tables["Sales Invoice"][:3]]
    asked = {"fields": ["*"], "filters": [["parent", "in", names]], "limit_page_length": "100"}
    refused = get(base_url, "resource/Sales Invoice Item", **asked)
    assert (refused.status_code, refused.json()["exc_type"]) == (403, "PermissionError")
    rows = get(base_url, "resource/Sales Invoice Item", parent="Sales Invoice", **asked)
    assert {row["parent"] for row in rows.json()["data"]} == set(names)


def test_filters_order_and_pages(base_url: str) -> None:
    asked = {"fields": ["name", "modified"], "order_by": "modified asc, name asc"}
    whole = get(base_url, "resource/Item", **asked, limit_page_length="0").json()["data"]
    pages = [
        row
        for start in range(0, len(whole), 5)
        for row in get(
            base_url, "resource/Item", **asked, limit_start=str(start), limit_page_length="5"
        ).json()["data"]
    ]
    assert pages == whole
    middle = whole[len(whole) // 2]
    since = [["modified", ">=", middle["modified"]]]
    behind = [["modified", ">", middle["modified"]], ["name", ">", middle["name"]]]
    rest = get(base_url, "resource/Item", **asked, filters=since, or_filters=behind,
               limit_page_length="0").json()["data"]  # fmt: skip
    assert rest == whole[len(whole) // 2 + 1 :]
    count = get(base_url, "method/frappe.client.get_count", doctype="Item", filters=since)
    assert count.json()["message"] == len(rest) + 1


@pytest.mark.parametrize(
    ("path", "params", "status", "kind"),
    [
        ("resource/Nothing", {}, 404, "DoesNotExistError"),
        ("resource/Customer/CUST-0000", {}, 404, "DoesNotExistError"),
        ("resource/Customer", {"fields": ["nonsense"]}, 500, "OperationalError"),
        ("resource/Customer", {"filters": [["nonsense", "=", "x"]]}, 500, "OperationalError"),
        ("resource/Customer", {"filters": [["name", "~", "x"]]}, 417, "ValidationError"),
        ("resource/Customer", {"filters": "{broken"}, 417, "ValidationError"),
        ("resource/Customer", {"limit_start": "many"}, 417, "ValidationError"),
        ("method/frappe.client.delete", {}, 404, "DoesNotExistError"),
    ],
)
def test_bad_requests_are_refused(
    base_url: str, path: str, params: dict[str, Any], status: int, kind: str
) -> None:
    answer = get(base_url, path, **params)
    assert (answer.status_code, answer.json()["exc_type"]) == (status, kind)
    assert json.loads(json.loads(answer.json()["_server_messages"])[0])["message"]


def test_tokens(base_url: str) -> None:
    guest = get(base_url, "resource/Customer", token=None)
    wrong = get(base_url, "resource/Customer", token="token a:b")
    basic = requests.get(
        f"{base_url}/erpnext/api/v1/resource/Customer",
        auth=("key_sandbox_corner", "secret_sandbox_corner"),
        timeout=30,
    )
    assert [guest.status_code, wrong.status_code, basic.status_code] == [403, 401, 200]
    zone = get(base_url, "method/frappe.client.get_time_zone", token=None).json()
    assert zone["message"]["time_zone"] == "America/New_York"


def test_papers_belong_together(site: ErpnextSite) -> None:
    """Lines add up; each invoice has a submitted order; payments settle what is not owed."""
    tables = site.tables
    for doctype in ("Sales Order", "Sales Invoice"):
        net: dict[str, float] = {}
        for row in tables[CHILDREN[doctype]["items"]]:
            net[row["parent"]] = net.get(row["parent"], 0) + row["net_amount"]
        for doc in tables[doctype]:
            assert net[doc["name"]] == pytest.approx(doc["net_total"])
            total = doc["net_total"] + doc["total_taxes_and_charges"]
            assert total == pytest.approx(doc["grand_total"])
    submitted = {row["name"] for row in tables["Sales Order"] if row["docstatus"] == 1}
    assert {row["sales_order"] for row in tables["Sales Invoice Item"]} <= submitted
    settled: dict[str, float] = {}
    for row in tables["Payment Entry Reference"]:
        name = row["reference_name"]
        settled[name] = settled.get(name, 0) + row["allocated_amount"]
    for doc in tables["Sales Invoice"]:
        paid = settled.get(doc["name"], 0) + doc["paid_amount"]
        assert paid + doc["outstanding_amount"] == pytest.approx(doc["grand_total"])
    states = {row["docstatus"] for row in tables["Sales Order"]}
    assert states == {0, 1, 2}
    amended = [row for row in tables["Sales Order"] if row["amended_from"]]
    assert all(row["name"] == f"{row['amended_from']}-1" for row in amended)


def test_the_ledger_never_runs_below_zero(site: ErpnextSite) -> None:
    left: dict[tuple[str, str], float] = {}
    for row in site.tables["Stock Ledger Entry"]:
        cell = (row["item_code"], row["warehouse"])
        left[cell] = left.get(cell, 0) + row["actual_qty"]
        assert left[cell] == row["qty_after_transaction"] >= 0
    assert len({warehouse for _, warehouse in left}) == 3


def test_every_declared_column_is_a_field_of_its_doctype() -> None:
    """Also those no made-up site ever fills: a misspelt name is a column of nulls for ever."""
    doctypes = load_json_spec("erpnext.doctypes.json")["doctypes"]
    checked = 0
    for name, stream in load_known_connectors()["erpnext"].streams.items():
        doctype = stream.path or ""
        tables = [(doctype, stream.columns)]
        tables += [
            (CHILD_DOCTYPES[doctype, child], described.columns)
            for child, described in stream.children.items()
        ]
        for table, columns in tables:
            known = {field["fieldname"] for field in doctypes[table]["fields"]} | STANDARD
            assert set(columns) <= known, f"{name}: {sorted(set(columns) - known)}"
            checked += len(columns)
    assert checked > 150


def test_child_doctypes_are_those_of_the_parents_tables() -> None:
    doctypes = load_json_spec("erpnext.doctypes.json")["doctypes"]
    for (doctype, field), child in CHILD_DOCTYPES.items():
        (found,) = [f for f in doctypes[doctype]["fields"] if f["fieldname"] == field]
        assert (found["fieldtype"], found["options"]) == ("Table", child)
