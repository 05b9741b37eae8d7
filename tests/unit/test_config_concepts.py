"""A tenant's own streams as concepts: what its file may say, and what it hears when it is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from include.config.load import load_tenant
from include.config.models import Tenant
from include.transform.variables import build_dbt_vars
from tests.shipped import load_known_connectors

CONNECTORS = load_known_connectors()
HEAD = """\
tenant: shop
name: A shop
owner: ann
currency: EUR
feeds:
  books:
    connector: rest
    start_date: 2025-01-01
    options:
      base_url: https://api.books.example
      streams:
        invoices:
          primary_key: [id]
          columns: {id: text, number: text, total: int, state: text, due: date, raw: json}
          children:
            items: {path: items, columns: {sku: text, pieces: numeric, price: numeric}}
"""
GOOD = """\
    concepts:
      orders:
        from: invoices
        order_id: id
        order_number: number
        total_amount: {column: total, minor_units: true}
        order_status: {column: state, values: {settled: paid, true: invoiced}}
        currency_code: {value: EUR}
        ordered_on: due
      order_lines:
        from: invoices__items
        order_line_id: [_parent_id, _position]
        order_id: _parent_id
        sku: sku
        quantity: pieces
        unit_price: price
"""


def read(tmp_path: Path, text: str) -> tuple[Tenant | None, list[str]]:
    path = tmp_path / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    tenant, problems = load_tenant(path, CONNECTORS)
    return tenant, [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]


def test_a_mapping_becomes_variables_of_dbt(tmp_path: Path) -> None:
    tenant, problems = read(tmp_path, HEAD + GOOD)
    assert problems == []
    assert tenant is not None
    variables = build_dbt_vars(tenant)
    assert variables["sources_by_concept"] == {}, "no model of dbt is asked for"
    (orders,) = variables["concept_maps"]["orders"]
    assert (orders["schema"], orders["stream"]) == ("shop_raw_rest", "invoices")
    assert orders["columns"]["total_amount"]["minor_units"] == "row"
    status = orders["columns"]["order_status"]
    assert status["values"] == {"settled": "paid", "true": "invoiced"}
    assert "refunded" in status["codes"]
    (lines,) = variables["concept_maps"]["order_lines"]
    assert (lines["parent"], lines["parent_key"]) == ("invoices", ("id",))
    assert lines["columns"]["order_line_id"]["columns"] == ("_parent_id", "_position")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("orders:", "ordres:"), ":18: feed `books`: no concept `ordres`. Did you mean `orders`?"),
        (("from: invoices\n", "from: invoces\n"), ":19: feed `books`: orders: no stream `invoces`. "
         "Did you mean `invoices`?"),
        (("invoices__items", "invoices__item"), "Did you mean `invoices__items`?"),
        (("total_amount:", "total_amont:"), ":22: feed `books`: orders: no column `total_amont`. "
         "Did you mean `total_amount`?"),
        (("order_number: number", "order_number: numbr"), ":21: feed `books`: orders: "
         "`order_number`: the stream has no column `numbr`. Did you mean `number`?"),
        (("order_number: number", "order_number: raw"), "`raw` is JSON"),
        (("        order_id: id\n", ""), ":18: feed `books`: orders: `order_id` is missing."),
        (("        ordered_on: due\n", ""), "orders: `ordered_at` or `ordered_on` is missing."),
        (("        currency_code: {value: EUR}\n", ""), "currency_code: {value: EUR}`"),
        (("        order_id: _parent_id\n", ""), "order_lines: `order_id` is missing."),
        (("        quantity: pieces\n", ""), "order_lines: `quantity` is missing"),
        (("settled: paid", "settled: payed"), "`payed` is no `order_status`. Did you mean `paid`?"),
        (("{value: EUR}", "{value: Euro}"), "value `Euro` does not fit. Expected three capital "
         "letters, such as `USD`."),
        (("{column: total, minor_units: true}", "due"), ":22: feed `books`: orders: `total_amount` "
         "is an amount, and the stream declares `due` as `date`"),
        (("ordered_on: due", "ordered_on: total"), "`ordered_on` is a date, and the stream "
         "declares `total` as `int`"),
        (("from: invoices__items", "from: items"), "no stream `items`. Did you mean "
         "`invoices__items`? Streams: invoices, invoices__items."),
        (("minor_units: true", "minor: true"), "Did you mean `minor_units`?"),
        (("unit_price: price", "unit_price: {column: price, minor_units: true}"),
         "says no currency"),
        (("ordered_on: due", "ordered_on: [due, id]"), "which one column holds"),
        (("order_number: number", "order_number: {column: number, value: 7}"), "not both"),
        (("from: invoices\n", "from: invoices\n        keep: first\n"), "Expected `latest`"),
        (("        from: invoices\n", ""), "orders` has no `from`"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_line_and_a_guess(
    change: tuple[str, str], expected: str, tmp_path: Path
) -> None:
    text = HEAD + GOOD
    assert change[0] in text
    _, problems = read(tmp_path, text.replace(*change, 1))
    assert any(expected in problem for problem in problems), problems


@pytest.mark.parametrize(
    "name",
    ['number"; drop table x; --', "Number", "a b", "a.b", "(select 1)", "x" * 64, "{{ var('x') }}"],
)
@pytest.mark.parametrize("place", ["column", "from", "list"])
def test_no_name_smuggles_sql(name: str, place: str, tmp_path: Path) -> None:
    """Streams that only the source knows have no list of columns to be looked up in."""
    given: dict[str, Any] = {"from": "papers", "product_id": "code", "product_name": "title"}
    given |= {
        "column": {"product_name": name},
        "from": {"from": name},
        "list": {"product_id": ["code", name]},
    }[place]
    feed = {
        "connector": "sql",
        "start_date": "2025-01-01",
        "options": {"path": "books.sqlite"},
        "concepts": {"products": given},
    }
    data = {"tenant": "shop", "name": "S", "owner": "a", "feeds": {"books": feed}}
    _, problems = read(tmp_path, yaml.safe_dump(data))
    assert any("is no name of a" in problem for problem in problems), problems


def test_a_list_belongs_to_connectors_with_models_and_a_mapping_to_the_others(
    tmp_path: Path,
) -> None:
    _, problems = read(tmp_path, HEAD + "    concepts: [orders]\n")
    assert "Expected a mapping that says which stream and column is which" in problems[0]
    feeds = (
        "feeds:\n  stripe:\n    start_date: 2025-01-01\n    concepts: {orders: {from: charges}}\n"
    )
    _, problems = read(tmp_path, f"tenant: shop\nname: S\nowner: a\n{feeds}")
    assert "maps its streams itself. Expected a list of some of: balance_movements" in problems[0]


def test_two_streams_may_feed_one_concept(tmp_path: Path) -> None:
    block = "{from: %s, product_id: {column: id, prefix: %s}}"
    two = (
        f"    concepts: {{products: [{block % ('invoices', 'a-')}, {block % ('invoces', 'b-')}]}}\n"
    )
    _, problems = read(tmp_path, HEAD + two)
    assert len(problems) == 1
    tenant, problems = read(tmp_path, HEAD + two.replace("invoces", "invoices"))
    assert problems == []
    assert tenant is not None
    assert len(build_dbt_vars(tenant)["concept_maps"]["products"]) == 2


@pytest.mark.parametrize(
    "stream", ["1.0", "~", "[a]", "{a: b}", "yes", "2026-01-01", "!!binary aGk="]
)
def test_a_stream_that_is_no_text_is_told_with_its_line(tmp_path: Path, stream: str) -> None:
    """YAML makes numbers, days and truth of words: the file was broken by an `AttributeError`."""
    block = f"    concepts:\n      products:\n        from: {stream}\n        product_id: id\n"
    _, problems = read(tmp_path, HEAD + block)
    assert len(problems) == 1
    assert problems[0].startswith("shop.yaml:19: feed `books`: products: `from` is no name")


def test_streams_that_are_no_list_are_told_once(tmp_path: Path) -> None:
    text = "tenant: shop\nname: S\nowner: a\nfeeds:\n  books:\n    connector: sql\n"
    text += "    start_date: 2025-01-01\n    options: {path: b.sqlite, streams: 5}\n"
    _, problems = read(tmp_path, f"{text}    concepts: {{products: {{from: x, product_id: id}}}}\n")
    assert problems
    assert not any("cannot be used" in problem for problem in problems)
