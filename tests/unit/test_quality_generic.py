"""Checks by parameter: what may be declared, and SQL that other warehouses read, too."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from include.config.blocks.checks import DIMENSIONS, CheckSpec, TenantCheck
from include.config.connector_spec import Connector
from include.config.load import load_tenant
from include.quality.check import Dimension
from include.quality.generic.build import BUILDERS, WHY, build_rule, build_why, find_fault
from include.quality.generic.rule import Asked, RowRule
from include.quality.generic.target import Target
from tests.contract.portable_sql import WAREHOUSES, find_unportable, find_unreadable
from tests.contract.source_tree import ROOT
from tests.shipped import load_known_connectors

COLUMNS = {
    "id": "text",
    "email": "text",
    "total": "numeric",
    "changed_at": "timestamp with time zone",
    "_feed": "text",
    "_load_id": "bigint",
    "_loaded_at": "timestamp with time zone",
    "_deleted_at": "timestamp with time zone",
}
TARGET = Target("s", "t", COLUMNS, ("id",), "feed", now=datetime(2026, 11, 1, tzinfo=UTC))
SPECS: list[dict[str, Any]] = [
    {"check": "not_null", "column": "email"},
    {"check": "unique", "columns": ["email", "total"]},
    {"check": "accepted", "column": "email", "values": ["a", 1]},
    {"check": "range", "column": "total", "least": 0.1, "most": 9},
    {"check": "pattern", "column": "email", "pattern": "^a%{x}"},
    {"check": "refers_to", "column": "id", "to": "u.id"},
    {"check": "row_count", "to": "u"},
    {"check": "row_count", "least": 3},
    {"check": "sum", "column": "total", "to": "u.total"},
    {"check": "fresh", "column": "changed_at", "hours": 3},
    {"check": "ascending", "column": "changed_at"},
    {"check": "shift", "column": "total"},
    {"check": "shift", "column": "email"},
    {"check": "every_day", "column": "changed_at", "days": 3},
    {"check": "duplicates"},
    {"check": "mixed", "column": "email", "per": ["id"]},
    {"check": "constant", "column": "email"},
    {"check": "sudden_nulls", "column": "email"},
]
# Beside those of models: PostgreSQL and Snowflake have them all, BigQuery calls the first one
# regexp_contains.
ALSO = {"regexp_like", "ln", "ntile"}


def test_every_kind_has_a_builder_a_dimension_and_words() -> None:
    kinds = {spec["check"] for spec in SPECS}
    assert kinds == set(BUILDERS) == set(WHY) == set(DIMENSIONS)
    assert set(DIMENSIONS.values()) == set(Dimension)


@pytest.mark.parametrize("written", SPECS, ids=lambda spec: "_".join(map(str, spec.values())))
def test_sql_of_every_kind_is_portable(written: dict[str, Any]) -> None:
    spec = CheckSpec.model_validate(written)
    asked = Asked(spec, TARGET, TARGET if spec.to else None, (spec.to or ".").split(".")[-1])
    if spec.check == "row_count":
        asked = Asked(spec, TARGET, asked.other)
    assert find_fault(asked) is None
    rule = build_rule(asked)
    sql = rule.condition if isinstance(rule, RowRule) else rule.sql
    if isinstance(rule, RowRule):
        sql = f"select id as bad_key from {TARGET.name} where {sql}"
    for name in [*rule.values, "feed"]:
        sql = sql.replace(f"{{{name}}}", "'2026-01-01'")
    assert "{" not in sql.replace("^a%{x}", "")
    plain = sql.replace('"', "")
    assert find_unportable(plain, also=ALSO) == []
    for warehouse in WAREHOUSES:
        assert find_unreadable(plain, warehouse) == []
    assert build_why(asked)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"check": "range", "column": "total"}, "`range` needs `least` or `most`"),
        ({"check": "accepted", "column": "a"}, "`accepted` needs `values`"),
        ({"check": "not_null", "column": "a", "days": 3}, "`days` means nothing to `not_null`"),
        ({"check": "not_nul", "column": "a"}, "not_null"),
        ({"check": "row_count"}, "`row_count` needs `to`, `least` or `most`"),
        ({"check": "not_null", "column": "a", "at_most": 5}, "less than or equal to 1"),
        ({"check": "fresh", "column": "a", "hours": float("inf")}, "finite"),
    ],
)
def test_what_means_nothing_is_refused(written: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("(", r"\(")):
        CheckSpec.model_validate(written)


def test_a_connectors_check_of_no_column_is_a_broken_connector() -> None:
    stream = {"primary_key": ["id"], "columns": {"id": "text"}}
    data = {"connector": "c", "title": "C", "kind": "files", "streams": {"s": stream}}
    stream["checks"] = [{"check": "not_null", "column": "mail"}]
    with pytest.raises(ValidationError, match="not among the declared columns: mail"):
        Connector.model_validate(data)
    stream["checks"] = ["not_null"]
    with pytest.raises(ValidationError, match="needs `column`"):
        Connector.model_validate(data)
    stream["checks"] = []
    stream["money"] = "total"
    with pytest.raises(ValidationError, match="total"):
        Connector.model_validate(data)


FILE = """\
tenant: acme
name: A
owner: o
checks:
  - {check: not_null, table: shopify.orders, column: email, at_most: 0.05}
  - {check: range, table: mart.fct_orders, column: total_amount}
  - {check: unique, table: shopify.ordres, column: id}
  - {check: unique, table: shopify.orders, column: emial}
  - {check: not_null, table: shopify.orders, column: email}
  - {check: not_null, table: shopify.orders__line_items, column: sku}
  - {check: not_null, table: shoppify.orders, column: sku}
feeds:
  shopify: {start_date: 2026-01-01}
"""


def test_a_slip_in_a_check_stops_no_feed_and_no_other_check(tmp_path: Path) -> None:
    """One misspelt column under `checks:` would have stopped every load of the tenant."""
    path = tmp_path / "acme.yaml"
    path.write_text(FILE)
    tenant, problems = load_tenant(path, load_known_connectors())
    assert problems == []
    assert tenant is not None
    assert [check.title for check in tenant.checks] == ["email_not_null", "sku_not_null"]
    told = [(notice.line, notice.message) for notice in tenant.notices]
    assert told == [
        (6, "checks, number 2: `range` needs `least` or `most`."),
        (7, "checks, number 3: `table`: feed `shopify` loads no `ordres`. Did you mean `orders`?"),
        (8, "checks, number 4: `orders` has no column `emial`. Did you mean `email`?"),
        (9, "checks, number 5: a second check `email_not_null` of `shopify.orders`. "
            "Give it a `name`."),
        (11, "checks, number 7: `table`: no feed `shoppify`. Did you mean `shopify`? "
             "Known: shopify, stg, int, mart, snap."),
    ]  # fmt: skip
    assert tenant.faulty_checks == tuple(message for _, message in told)


def test_checks_that_are_no_list_are_told(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(FILE.split("checks:")[0] + "checks: all\nfeeds:" + FILE.split("feeds:")[1])
    tenant, problems = load_tenant(path, load_known_connectors())
    assert problems == []
    assert tenant is not None
    assert tenant.checks == ()
    assert "no list" in tenant.notices[0].message


def test_the_title_tells_checks_of_one_table_apart() -> None:
    check = TenantCheck.model_validate({"check": "unique", "table": "m.t", "columns": ["a", "b"]})
    assert check.title == "a_b_unique"
    assert CheckSpec.model_validate("duplicates").title == "duplicates"
    assert CheckSpec.model_validate("not_null").below("a").title == "a_not_null"


def test_the_paper_shows_every_kind_and_its_example_is_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "quality.md").read_text()
    shown = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    assert shown - {"check"} == set(BUILDERS)
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "acme.yaml"
    path.write_text(FILE.split("checks:")[0] + example + "feeds:" + FILE.split("feeds:")[1])
    tenant, problems = load_tenant(path, load_known_connectors())
    assert problems == []
    assert tenant is not None
    assert [str(notice) for notice in tenant.notices] == []
    assert len(tenant.checks) == 4
