"""A scripted Salesforce org: token, describe, pages and one bulk job."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from include.config.credentials import Credentials
from include.connectors.salesforce.source import SalesforceSource
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.stores.jobs import MemoryJobStore
from include.extract.stores.source_stores import Stores
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

START = datetime(2026, 10, 1, tzinfo=UTC)
WINDOW = Window(START, datetime(2026, 10, 2, 0, 0, 0, 5, tzinfo=UTC))
TYPES = {
    "Id": "id", "IsDeleted": "boolean", "Name": "string", "AnnualRevenue": "currency",
    "SystemModstamp": "datetime", "Score__c": "double", "BillingAddress": "address",
}  # fmt: skip
DATA = "/services/data/v68.0"
Answerer = Callable[[Seen], Reply | None]


class Org:
    """Answers token and describe; everything else is the test's."""

    def __init__(self, answer: Answerer, types: dict[str, str] | None = None) -> None:
        self.answer, self.types = answer, types or TYPES
        self.url, self.tokens = "", 0

    def __call__(self, seen: Seen) -> Reply:
        if seen.path == "/services/oauth2/token":
            self.tokens += 1
            return Reply({"access_token": f"t{self.tokens}", "instance_url": self.url})
        if seen.path.endswith("/describe"):
            fields = [{"name": n, "type": k, "filterable": True} for n, k in self.types.items()]
            return Reply({"queryable": True, "fields": fields})
        return self.answer(seen) or Reply([{"errorCode": "NOT_FOUND", "message": ""}], 404)


def build_row(number: int, **values: Any) -> dict[str, Any]:
    stamp = "2026-10-01T05:00:00.000+0000"
    return {"attributes": {"type": "Account"}, "Id": f"{number:018d}", "IsDeleted": False,
            "Name": "x", "AnnualRevenue": None, "SystemModstamp": stamp, "Score__c": None,
            **values}  # fmt: skip


def build_org_source(
    api: FakeApi, jobs: MemoryJobStore | None = None, **options: Any
) -> SalesforceSource:
    assert isinstance(api.script, Org)
    api.script.url = api.url
    credentials = Credentials("c", api.url, {"login": "key", "password": "secret"})
    return SalesforceSource(
        build_feed("salesforce", **options), credentials,
        Stores(job_store=jobs), HttpLimits(tries=2, sleep=lambda seconds: None),
    )  # fmt: skip


def read_accounts(source: SalesforceSource, window: Window = WINDOW) -> list[dict[str, Any]]:
    return [record for page in source.read("accounts", window) for record in page.records]


def answer_pages(pages: list[list[dict[str, Any]]]) -> Answerer:
    def answer(seen: Seen) -> Reply | None:
        if seen.path == f"{DATA}/queryAll":
            number = 0
        elif seen.path.startswith(f"{DATA}/query/01g-"):
            number = int(seen.path.rpartition("-")[2])
        else:
            return None
        body: dict[str, Any] = {"records": pages[number], "done": number == len(pages) - 1}
        if not body["done"]:
            body["nextRecordsUrl"] = f"{DATA}/query/01g-{number + 1}"
        return Reply(body)

    return answer


CSV = "\n".join([
    '"Id","IsDeleted","Name","AnnualRevenue","SystemModstamp","Score__c"',
    '"1","true","two\nlines ""quoted""","1250.50","2026-10-01T05:00:00.000Z",""',
    '"2","false","#N/A","","2026-10-01T05:00:00.000Z","7.0"', "",
])  # fmt: skip


class Job:
    """A bulk job of two rows; `cuts` result pages are cut before one is whole."""

    def __init__(self, cuts: int = 0, state: str = "JobComplete", rows: int = 2) -> None:
        self.cuts, self.state, self.rows = cuts, state, rows
        self.body: Any = None
        self.results = 0

    def __call__(self, seen: Seen) -> Reply | None:
        if seen.path == f"{DATA}/jobs/query":
            self.body = seen.body
            return Reply({"id": "750x", "state": "UploadComplete"})
        if seen.path == f"{DATA}/jobs/query/750x":
            return Reply({"state": self.state, "numberRecordsProcessed": self.rows})
        if seen.path == f"{DATA}/jobs/query/750x/results":
            self.results += 1
            headers = {"Sforce-Locator": "null", "Content-Type": "text/csv"}
            return Reply(raw=CSV.encode(), headers=headers, cut=self.results <= self.cuts)
        return None
