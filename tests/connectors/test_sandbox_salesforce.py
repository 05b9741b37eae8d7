"""Summit's org answers as Salesforce does, and simple-salesforce reads it."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceMalformedRequest

from include.sandbox.serve.happenings import run_advance
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.salesforce.ids import build_check
from include.sandbox.vendors.salesforce.org import Org
from include.sandbox.vendors.salesforce.schema import FIELDS
from include.sandbox.vendors.salesforce.vendor import CREDENTIALS, fetch_org
from include.sandbox.world import WorldSpec
from tests.connectors import spec_vendors

SPEC = WorldSpec(size=100)
LOGIN = CREDENTIALS["summit"]
# Not in the standard schema: the org's own fields, and the currency of an org with several.
# RecordTypeId is a field of objects with record types, which the standard schema has not.
OWN = {"CurrencyIsoCode", "RecordTypeId", "Campaign_Name__c", "Service_Line__c", "Quoted_Hours__c"}
SPEC_TYPES = {"id": str, "string": str, "reference": str, "datetime": str, "date": str,
              "boolean": bool, "number": (int, float), "address": dict}  # fmt: skip


class HostAdapter(HTTPAdapter):
    """Sends what the client sends to another host; nothing else is changed."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._netloc = urlsplit(url).netloc

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(str(request.url))
        request.url = parts._replace(scheme="http", netloc=self._netloc).geturl()
        return super().send(request, *args, **kwargs)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox(SPEC, root="salesforce") as url:
        yield url


@pytest.fixture(scope="module")
def org() -> Org:
    return fetch_org(Session(SPEC), "summit")


@pytest.fixture(scope="module")
def client(base_url: str) -> Salesforce:
    session = requests.Session()
    session.mount("https://", HostAdapter(base_url))
    return Salesforce(
        consumer_key=LOGIN["login"], consumer_secret=LOGIN["password"], domain="summit.my",
        session=session, version="68.0",
    )  # fmt: skip


@pytest.fixture(scope="module")
def token(base_url: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": LOGIN["login"],
            "client_secret": LOGIN["password"]}  # fmt: skip
    answer = requests.post(f"{base_url}/services/oauth2/token", data=form, timeout=10)
    return str(answer.json()["access_token"])


def _get(base_url: str, token: str, path: str, **params: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(
        f"{base_url}/services/data/v68.0/{path}", params=params, headers=headers, timeout=10
    )


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_simple_salesforce_reads_everything(client: Salesforce, org: Org, name: str) -> None:
    """By pages and by a bulk job, live rows and deleted ones; only the host is another."""
    fields = [field for field, kind in FIELDS[name].items() if kind != "address"]
    soql = f"SELECT {', '.join(fields)} FROM {name}"
    live = {key for key, row in org.rows[name].items() if not row.get("IsDeleted")}
    paged = list(client.query_all_iter(soql))
    assert {row["Id"] for row in paged} == live
    whole = list(client.query_all_iter(soql, include_deleted=True))
    assert {row["Id"] for row in whole} == set(org.rows[name])
    pages = getattr(client.bulk2, name).query_all(soql, wait=0.01)
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    assert {row["Id"] for row in rows} == set(org.rows[name])
    assert list(rows[0]) == fields
    described = getattr(client, name).describe()
    assert {f["name"] for f in described["fields"]} == set(FIELDS[name])
    one = getattr(client, name).get(min(live))
    assert one["Id"] == min(live)


def test_simple_salesforce_sees_refusals(base_url: str, client: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        client.query("SELECT Nonsense FROM Account")
    assert caught.value.content[0]["errorCode"] == "INVALID_FIELD"
    session = requests.Session()
    session.mount("https://", HostAdapter(base_url))
    with pytest.raises(SalesforceAuthenticationFailed):
        Salesforce(consumer_key="x", consumer_secret="y", domain="summit.my", session=session)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_records_fit_the_standard_schema(base_url: str, token: str, name: str) -> None:
    spec = {f["name"]: f for f in spec_vendors.find_sobject(name)}
    fields = set(FIELDS[name])
    assert fields - OWN <= set(spec), fields - OWN - set(spec)
    soql = f"SELECT {', '.join(sorted(fields))} FROM {name}"
    body = _get(base_url, token, "queryAll", q=soql).json()
    assert body["totalSize"] >= len(body["records"]) > 0
    for record in body["records"]:
        assert record["attributes"]["type"] == name
        for field in fields - OWN:
            value, known = record[field], spec[field]
            if value is None:
                assert known["nillable"], field
            else:
                assert isinstance(value, SPEC_TYPES[known["type"]]), field


def test_every_object_has_rows_and_some_are_deleted(org: Org) -> None:
    assert all(org.rows[name] for name in FIELDS)
    stages = {row["StageName"] for row in org.rows["Opportunity"].values()}
    assert {"Closed Won", "Closed Lost"} <= stages
    big = fetch_org(Session(WorldSpec(size=400)), "summit")
    deleted = [row for row in big.rows["Lead"].values() if row["IsDeleted"]]
    assert deleted
    assert not any(row["IsConverted"] for row in deleted)


def test_the_history_ends_where_the_opportunity_is(org: Org) -> None:
    for opportunity in org.rows["Opportunity"].values():
        steps = [row for row in org.rows["OpportunityHistory"].values()
                 if row["OpportunityId"] == opportunity["Id"]]  # fmt: skip
        last = max(steps, key=lambda row: row["CreatedDate"])
        assert last["StageName"] == opportunity["StageName"]


def test_what_an_advance_touches_is_what_changed() -> None:
    session = Session(SPEC)
    since = session.now["summit"]
    told = run_advance(session, "summit", 8, None)["changed"]["salesforce"]
    rows = fetch_org(session, "summit").rows
    for kind, name in (("leads", "Lead"), ("opportunities", "Opportunity")):
        changed = {key for key, row in rows[name].items() if row["SystemModstamp"] > since}
        assert changed == set(told[kind]), kind
        assert changed


REFUSED = [
    ("SELECT * FROM Account", "MALFORMED_QUERY"),
    ("SELECT Id FROM Invoice", "INVALID_TYPE"),
    ("SELECT Id FROM Account WHERE SystemModstamp >= '2026-11-01T00:00:00Z'", "INVALID_FIELD"),
    ("SELECT Id FROM Account WHERE SystemModstamp >= 2026-11-01", "INVALID_FIELD"),
    ("SELECT Id FROM Account LIMIT 10 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
]


@pytest.mark.parametrize(("soql", "code"), REFUSED)
def test_queries_are_refused_with_their_code(
    base_url: str, token: str, soql: str, code: str
) -> None:
    answer = _get(base_url, token, "query", q=soql)
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] == code


def test_what_a_bulk_job_may_not_select(base_url: str, token: str) -> None:
    body = {"operation": "queryAll", "query": "SELECT Id, BillingAddress FROM Account"}
    url, headers = (
        f"{base_url}/services/data/v68.0/jobs/query",
        {"Authorization": f"Bearer {token}"},
    )
    answer = requests.post(url, json=body, headers=headers, timeout=10)
    assert answer.status_code == 400
    assert "compound" in answer.json()[0]["message"]


def test_other_refusals(base_url: str, token: str) -> None:
    assert _get(base_url, "wrong", "limits").json()[0]["errorCode"] == "INVALID_SESSION_ID"
    assert _get(base_url, token, "query/01gUnknown-200").json()[0]["errorCode"] == (
        "INVALID_QUERY_LOCATOR"
    )
    long = "SELECT Id FROM Account WHERE Name = '" + "x" * 17_000 + "'"
    assert _get(base_url, token, "query", q=long).status_code == 414
    headers = {"Authorization": f"Bearer {token}"}
    for version, status in (("v30.0", 410), ("v99.0", 404)):
        url = f"{base_url}/services/data/{version}/limits"
        assert requests.get(url, headers=headers, timeout=10).status_code == status


def test_ids_are_safe_without_case() -> None:
    """The facts' own samples."""
    for key in ("005RO000000AbcdYAC", "006RO000004xYzQYAU"):
        assert build_check(key[:15]) == key[15:]
