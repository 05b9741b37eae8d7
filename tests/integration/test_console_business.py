"""Numbers of the business page: each with its rows, its statement, a file; one tenant's alone."""

import csv
import io
import re
from pathlib import Path

import psycopg
import pytest
import yaml

from include.config.settings import ROOT
from include.console.reads.panels import PANELS, Panel
from tests.integration.console_case import HTML, Console, write_world

PLACE = "/api/v1/tenants/acme/business"
_MARTS = (
    "drop schema if exists acme_mart cascade",
    "create schema acme_mart authorization elt_acme",
    "set role elt_acme",
    """create table acme_mart.fct_revenue_daily (revenue_on date, source_connector text,
    currency_code text, orders_count int, revenue_amount numeric, net_amount numeric,
    gross_amount numeric, refund_amount numeric, discount_amount numeric, tax_amount numeric)""",
    f"""insert into acme_mart.fct_revenue_daily
    select d, s, c, 2, 10.50, 9, 11, 1, 0, 0.5 from (values
        (date '2026-06-01', 'shop', 'USD'), (date '2026-06-02', 'shop', 'USD'),
        (date '2026-06-02', 'shop', 'EUR'), (date '2026-06-02', '=cmd {HTML}', 'USD'),
        (date '2026-07-01', 'shop', 'USD')) as v (d, s, c)""",
    """create table acme_mart.fct_deal_stages (deal_id text, stage_name text, currency_code text,
    deal_amount numeric, entered_at timestamptz)""",
    """insert into acme_mart.fct_deal_stages values
    ('a', 'won', 'USD', 5, '2026-06-03T03:00Z'), ('b', null, 'USD', 5, '2026-06-01T12:00Z')""",
)
JUNE = "start_date=2026-06-01&end_date=2026-06-02"


@pytest.fixture
def console(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_REGISTRY_DIR", str(tmp_path / "registry"))
    write_world(warehouse, tmp_path)
    file = tmp_path / "acme.yaml"
    file.write_text(file.read_text().replace("feeds:", "timezone: America/New_York\nfeeds:"))
    found = Console(warehouse)
    with psycopg.connect(warehouse, autocommit=True) as connection:
        for statement in _MARTS:
            connection.execute(statement.encode())
    return found


def test_currencies_and_days_stay_apart(console: Console) -> None:
    found = console.ask("viewer", f"{PLACE}/revenue?{JUNE}").json()
    rows = {(row[0], row[1]): (row[2], row[3]) for row in found["rows"]}
    assert rows[("shop", "USD")] == ("4", "21.00") and rows[("shop", "EUR")] == ("2", "10.50")
    assert found["columns"][:4] == ["source", "currency", "orders", "revenue"]


def test_a_number_leads_to_exactly_its_rows(console: Console) -> None:
    """The rows' sum is the number, and the statement shown gives these rows."""
    group = f"{JUNE}&of=source=shop&of=currency=USD"
    found = console.ask("viewer", f"{PLACE}/revenue/rows?{group}").json()
    at = found["columns"].index("revenue_amount")
    assert sum(float(row[at] or 0) for row in found["rows"]) == 21.0
    assert len(console.query(found["query"])) == len(found["rows"]) == 2
    page = console.ask("viewer", f"/tenants/acme/business/revenue?{group}").text
    assert "acme_mart" in page and "lineage?column=fct_revenue_daily.revenue_amount" in page
    shown = console.ask("viewer", "/tenants/acme/business?start=2026-06-01&end=2026-06-02").text
    [link] = set(re.findall(r'href="[^"]*(/tenants/acme/business/revenue\?[^"]*EUR[^"]*)"', shown))
    rows = console.ask("viewer", link.replace("&amp;", "&")).text
    assert rows.count("<td>EUR</td>") == 1


def test_nothing_is_a_group_too(console: Console) -> None:
    """A deal without a stage is a row of its own, and leads to itself."""
    found = console.ask("own", f"{PLACE}/deals?start_date=2026-06-01&end_date=2026-06-02").json()
    # Three in the morning of the third in UTC is the evening of the second in New York.
    assert [row[0] for row in found["rows"]] == ["won", None]
    rows = console.ask("own", f"{PLACE}/deals/rows?{JUNE}&of=stage=").json()["rows"]
    assert [row[0] for row in rows] == ["b"]


def test_a_file_runs_nothing(console: Console) -> None:
    answer = console.ask("own", f"{PLACE}/revenue/csv?{JUNE}")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert {row[0] for row in rows[1:]} == {"shop", f"'=cmd {HTML}"}
    assert HTML not in console.ask("own", "/tenants/acme/business?start=2026-06-01").text


@pytest.mark.parametrize(
    "of", ["source=x' or 'a'='a", "source='; drop schema acme_mart cascade; --", "source=%"]
)
def test_a_key_is_a_value(console: Console, of: str) -> None:
    found = console.ask("own", f"{PLACE}/revenue/rows", params={"of": of})
    assert (found.status_code, found.json()["rows"]) == (200, [])
    assert console.query("select count(*) from acme_mart.fct_revenue_daily") == [(5,)]


def test_what_there_is_not(console: Console) -> None:
    assert console.ask("own", f"{PLACE}/revenue/rows?of=evil=1").status_code == 422
    assert console.ask("own", f"{PLACE}/salaries").status_code == 404
    assert console.ask("other", f"{PLACE}/revenue").status_code == 404
    assert not console.ask("own", f"{PLACE}/stock").json()["is_built"]
    bazaar = console.ask("other", "/api/v1/tenants/bazaar/business/revenue").json()
    assert (bazaar["is_built"], bazaar["rows"]) == (False, [])


SQL = {"sum", "count", "distinct", "max", "avg", "abs", "filter", "where", "to_char"}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_panels_name_columns_that_are(panel: Panel) -> None:
    """A model that loses a column breaks the page for every tenant at once."""
    [file] = (ROOT / "dbt" / "models" / "marts").glob(f"*/{panel.table}.yml")
    [model] = yaml.safe_load(file.read_text())["models"]
    known = {column["name"] for column in model["columns"]}
    said = [*panel.keys.values(), *(one for one, _ in panel.numbers.values()), panel.day or ""]
    words = {word for text in said for word in re.findall(r"[a-z_]{2,}", text)}
    assert words - SQL <= known and set(panel.columns) <= known
