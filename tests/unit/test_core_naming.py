"""Derived names: exact forms, inverses, and the limits PostgreSQL sets silently."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.core import naming

tenants = st.from_regex(r"[a-z][a-z0-9]{1,20}", fullmatch=True)
feeds = st.from_regex(r"[a-z][a-z0-9]*(_[a-z0-9]+){0,3}", fullmatch=True)


def test_every_name_has_its_agreed_form() -> None:
    assert naming.ingest_dag_id("acme", "shopify") == "ingest__acme__shopify"
    assert naming.transform_dag_id("acme") == "transform__acme"
    assert naming.broken_dag_id("acme") == "broken__acme"
    assert naming.ops_dag_id("retention") == "ops__retention"
    assert naming.connection_id("acme", "shopify") == "acme__shopify"
    assert naming.alert_connection_id("acme") == "acme__alerts"
    assert naming.raw_asset("acme", "shopify") == "raw/acme/shopify"
    assert naming.mart_asset("acme") == "mart/acme"
    assert naming.asset_uri("raw/acme/shopify") == "x-elt://raw/acme/shopify"
    assert naming.pool("shopify") == "api_shopify"
    assert naming.raw_schema("acme", "shopify") == "acme_raw_shopify"
    assert naming.child_table("orders", "lines") == "orders__lines"
    assert naming.parent_key_column("id") == "_parent_id"
    assert naming.dbt_schema("acme", "mart") == "acme_mart"
    assert naming.tenant_role("acme") == "elt_acme"
    assert naming.staging_model("stripe", "charges") == "stg_stripe__charges"
    assert naming.conformed_model("stripe", "orders") == "stg_stripe__conformed_orders"


def test_tags_are_sorted_so_that_two_parses_agree() -> None:
    assert naming.tags("acme", "ingest", "shopify") == [
        "connector:shopify",
        "layer:ingest",
        "tenant:acme",
    ]
    assert naming.tags("acme", "transform") == ["layer:transform", "tenant:acme"]


@given(tenants, feeds)
def test_a_dag_id_gives_back_its_tenant_and_feed(tenant: str, feed: str) -> None:
    parsed = naming.parse_ingest_dag_id(naming.ingest_dag_id(tenant, feed))
    assert parsed == naming.IngestDagName(tenant, feed)
    assert naming.parse_ingest_dag_id(naming.sweep_dag_id(tenant, feed)) == parsed


@pytest.mark.parametrize("dag_id", ["transform__acme", "ingest__acme", "x_ingest__acme__shop", ""])
def test_other_dag_ids_are_not_ours(dag_id: str) -> None:
    assert naming.parse_ingest_dag_id(dag_id) is None


def test_a_name_of_63_bytes_passes_and_64_is_refused() -> None:
    assert naming.check_identifier("a" * 63) == "a" * 63
    with pytest.raises(ValueError, match="64 bytes"):
        naming.check_identifier("a" * 64)
    with pytest.raises(ValueError, match="64 bytes"):
        naming.check_identifier("ü" * 32)


@given(st.text(alphabet=string.ascii_lowercase + "_", min_size=1, max_size=40))
def test_the_spread_minute_is_a_minute(tenant: str) -> None:
    assert 0 <= naming.spread_minute(tenant) <= 59


def test_the_spread_minute_never_moves() -> None:
    """A changed hash would give every hourly DAG a new schedule, and so a new version."""
    assert naming.spread_minute("acme") == 37
    minutes = {naming.spread_minute(f"tenant{n}") for n in range(500)}
    assert len(minutes) == 60


def test_lock_keys_fit_a_bigint_and_differ() -> None:
    keys = {naming.lock_key("acme", "shopify", f"stream_{n}") for n in range(1000)}
    assert len(keys) == 1000
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert naming.lock_key("a1", "b", "c") != naming.lock_key("a1", "c", "b")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Customer full name", "customer_full_name"),
        ("orderID", "order_id"),
        ("  Total (USD) ", "total_usd"),
        ("Sales Price / Rate", "sales_price_rate"),
        ("2026", "_2026"),
        ("%%%", ""),
        ("", ""),
        ("already_snake", "already_snake"),
    ],
)
def test_headers_become_columns(header: str, column: str) -> None:
    assert naming.snake(header) == column


@given(st.text(max_size=60))
def test_snake_is_stable(text: str) -> None:
    once = naming.snake(text)
    assert naming.snake(once).strip("_") == once.strip("_")
    assert set(once) <= set(string.ascii_lowercase + string.digits + "_")
