"""Published Singer taps and Airbyte sources, installed from PyPI, through the pipeline.

They need the package index, so they run in `make e2e`. Sources with fixed hosts find the sandbox by
`tests/bench/rivals/hosts/sitecustomize.py` in their own environment.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from include.config.credentials import Credentials
from include.config.models import Feed
from include.config.settings import ROOT
from include.core.errors import AccessDenied
from include.core.streams import LoadResult, RunKind
from include.extract.choose_source import build_source
from include.ledger.connection import Warehouse
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from include.sandbox.testing import running_sandbox
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed

HOSTS = str(ROOT / "tests" / "bench" / "rivals" / "hosts")


@pytest.fixture(scope="module", autouse=True)
def _tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Environments are made anew for this file, and once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="module")
def stripe() -> Iterator[str]:
    with running_sandbox(root="stripe") as url:
        yield url


def make_feed(name: str, connector: str, **options: Any) -> Feed:
    return replace(build_feed(connector, **options), name=name)


def load(feed: Feed, stream: str, url: str, **secrets: str) -> LoadResult:
    result = run_stream_load(
        LoadRequest(feed, RunKind.SCHEDULED, (stream,)),
        build_environment(Warehouse(url), Credentials(f"testco__{feed.name}", fields=secrets)),
    )
    assert isinstance(result, LoadResult)
    return result


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        connection.execute("set time zone 'UTC'")
        return connection.execute(statement.encode()).fetchall()


def counts(result: LoadResult) -> tuple[int, int, int, int]:
    return result.read, result.inserted, result.updated, result.deleted


def test_tap_jsonl_goes_on_where_it_was(tmp_path: Path, warehouse: str) -> None:
    place = tmp_path / "sales.jsonl"
    place.write_text('{"id":1,"amount":1.25,"at":"2026-01-01T00:00:00Z"}\n{"id":2,"amount":9.9}\n')
    feed = make_feed(
        "lines",
        "singer",
        package="tap-jsonl==0.3.1",
        config={"path": str(place), "stream_name": "sales", "primary_keys": ["id"]},
        streams={"sales": {}},
    )
    assert counts(load(feed, "sales", warehouse)) == (2, 2, 0, 0)
    with place.open("a") as more:
        more.write('{"id":3,"amount":100.01,"at":"2026-01-03T00:00:00Z"}\n')
    assert load(feed, "sales", warehouse).inserted == 1
    found = rows(
        warehouse, "select id, amount::text, at::text from testco_raw_singer.sales order by 1"
    )
    assert found == [
        (1, "1.25", "2026-01-01 00:00:00+00"),
        (2, "9.9", None),
        (3, "100.01", "2026-01-03 00:00:00+00"),
    ]


def test_tap_postgres_reads_a_database(postgres_url: str, warehouse: str) -> None:
    """Incremental by time and in full with a deletion; a numeric of 30 digits keeps them all."""
    parts = urlsplit(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as shop:
        shop.execute("drop schema if exists till cascade")
        shop.execute("create schema till")
        shop.execute(
            "create table till.sales (id int primary key, amount numeric(40, 10), paid bool,"
            " changed_at timestamptz not null, about jsonb)"
        )
        shop.execute("create table till.shops (id int primary key, city text)")
        shop.execute(
            "insert into till.sales select i, 12345678901234567890.0123456789 + i, true,"
            " '2026-01-01'::timestamptz + i * interval '1 hour', '{\"a\": [1]}'"
            " from generate_series(1, 1000) i"
        )
        shop.execute("insert into till.shops select i, 'city' || i from generate_series(1, 30) i")
        feed = make_feed(
            "till",
            "singer",
            package="meltanolabs-tap-postgres==0.10.0",
            config={
                "host": parts.hostname,
                "port": parts.port,
                "user": parts.username,
                "database": parts.path.strip("/"),
                "filter_schemas": ["till"],
                "use_singer_decimal": True,
            },
            secrets={"password": "password"},
            streams={
                "sales": {
                    "name": "till-sales",
                    "replication": "incremental",
                    "cursor": "changed_at",
                },
                "shops": {"name": "till-shops", "replication": "full"},
            },
        )
        secret = {"password": parts.password or ""}
        assert counts(load(feed, "sales", warehouse, **secret)) == (1000, 1000, 0, 0)
        assert counts(load(feed, "shops", warehouse, **secret)) == (30, 30, 0, 0)
        shop.execute("update till.sales set paid = false, changed_at = '2026-06-01' where id = 7")
        shop.execute("delete from till.shops where id = 3")
        again = load(feed, "sales", warehouse, **secret)
        assert (again.inserted, again.updated, again.read <= 2) == (0, 1, True)
        assert load(feed, "shops", warehouse, **secret).deleted == 1
        theirs = shop.execute("select id, amount::text, paid from till.sales order by 1").fetchall()
    ours = rows(
        warehouse,
        "select id, amount::text, paid from testco_raw_singer.sales where _feed = 'till'"
        " order by 1",
    )
    assert ours == theirs
    assert len(ours) == 1000


def test_airbyte_faker_goes_on_where_it_was(warehouse: str) -> None:
    config = {"count": 12_000, "seed": 7, "always_updated": False}
    feed = make_feed("fake", "airbyte", package="airbyte-source-faker==7.2.1", config=config)
    build_source(feed, Credentials("none")).check()
    assert counts(load(feed, "users", warehouse)) == (12_000, 12_000, 0, 0)
    assert load(feed, "users", warehouse).read == 0
    assert load(feed, "products", warehouse).inserted == 100
    types = rows(
        warehouse,
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'testco_raw_airbyte' and table_name = 'users'"
        " and column_name in ('id', 'updated_at', 'address') order by 1",
    )
    assert types == [
        ("address", "jsonb"),
        ("id", "bigint"),
        ("updated_at", "timestamp with time zone"),
    ]


def test_airbyte_stripe_reads_the_sandbox_and_goes_on(stripe: str, warehouse: str) -> None:
    feed = make_feed(
        "stripe",
        "airbyte",
        package="airbyte-source-stripe==5.14.1",
        environment={"PYTHONPATH": HOSTS, "VENDOR_PAGES": stripe, "DEPLOYMENT_MODE": "testing"},
        config={"account_id": "acct_sandboxacme"},
        secrets={"client_secret": "password"},
        start_date_field="start_date",
        streams={"customers": {}, "charges": {}},
    )
    secret = {"password": "sk_test_sandbox_acme"}
    first = load(feed, "customers", warehouse, **secret)
    assert first.inserted > 50
    assert first.cursor_after
    assert load(feed, "customers", warehouse, **secret).inserted == 0
    assert load(feed, "charges", warehouse, **secret).inserted > 50


def test_a_key_the_vendor_refuses_is_access_denied(stripe: str, warehouse: str) -> None:
    feed = make_feed(
        "refused",
        "airbyte",
        package="airbyte-source-stripe==5.14.1",
        environment={"PYTHONPATH": HOSTS, "VENDOR_PAGES": stripe, "DEPLOYMENT_MODE": "testing"},
        config={"account_id": "acct_sandboxacme"},
        secrets={"client_secret": "password"},
        start_date_field="start_date",
        streams={"customers": {}},
    )
    with pytest.raises(AccessDenied) as caught:
        load(feed, "customers", warehouse, password="sk_test_nobody_knows")
    assert "sk_test_nobody_knows" not in str(caught.value)
