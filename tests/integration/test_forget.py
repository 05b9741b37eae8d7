"""A person is erased from every table of a tenant, provably, and does not come back."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from include.config.connector_spec import Connector
from include.config.models import Feed, FeedFile, Tenant, TenantFile
from include.core.clock import utcnow
from include.core.errors import ConfigError, WarehouseRejected, WarehouseUnavailable
from include.core.streams import Page, Reject
from include.destinations.postgres.tenant_schemas import run_ensure_tenant
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.load.policy import build_policy
from include.load.privacy.mask import build_digest
from include.pipeline.forget.person import build_person
from include.pipeline.forget.run import ForgetReport, run_forget
from tests.integration.load_case import LoadCase, build_case, then

ANN = "ann.smith@mail.example"
SALT = "a salt of one tenant, long enough"
TEXT = {"type": "text", "pii": True}
SHOP = Connector.model_validate(
    {
        "connector": "shopapi",
        "title": "S",
        "kind": "python",
        "streams": {
            "customers": {
                "primary_key": ["id"],
                "columns": {
                    "id": "int",
                    "name": TEXT,
                    "email": TEXT,
                    "phone": TEXT,
                    "tags": "json",
                },
                "children": {"addresses": {"path": "addresses", "columns": {"street": TEXT}}},
            },
            "orders": {
                "primary_key": ["id"],
                "columns": {
                    "id": "int",
                    "customer_id": {"type": "int", "path": "customer.id"},
                    "total": "numeric",
                    "ship_to": TEXT,
                    "landing_page": "text",
                    "remark": "text",
                },
            },
            "accounts": {
                "primary_key": ["name"],
                "columns": {"name": TEXT, "email": TEXT, "balance": "numeric"},
            },
        },
    }
)


def customer(number: int, email: str | None, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Name{number}",
        "email": email,
        "phone": f"+1 303 555 01{number:02d}",
        "tags": ["vip"],
        "addresses": [{"street": f"{number} Main Street"}],
        "loyalty": {"backup_email": email, "points": number},
        **fields,
    }


def sale(number: int, customer_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "customer": {"id": customer_id, "nickname": "x"},
        "total": "10.50",
        "ship_to": f"{customer_id} Main Street",
        "landing_page": None,
        "remark": None,
        "shipping_address": f"{customer_id} Main Street",
        **fields,
    }


class Shop:
    """One tenant with loads of the streams above."""

    def __init__(self, url: str, connector: Connector = SHOP, **privacy: Any) -> None:
        self.url = url
        self.connector = connector
        self.case = build_case(url)
        file = TenantFile.model_validate(
            {
                "tenant": self.case.tenant,
                "name": "T",
                "owner": "t",
                "feeds": {
                    "shop": FeedFile(connector=connector.connector, start_date=date(2025, 1, 1))
                },
                "privacy": privacy,
            }
        )
        self.tenant = Tenant(file, Path("t.yaml"))
        self.feed = Feed(
            tenant=self.tenant, name="shop", connector=connector, streams=dict(connector.streams),
            options={}, concepts=(), schedule=None, start_date=date(2025, 1, 1), priority=5,
            enabled=True,
            deadline_minutes=60,
        )  # fmt: skip
        object.__setattr__(self.tenant, "feeds", (self.feed,))
        self.warehouse = Warehouse(url, salt=SALT if privacy else None)
        with self.warehouse.connect() as connection:
            ddl.run_migrations(connection)
            run_ensure_tenant(connection, self.tenant)

    def stream(self, name: str) -> LoadCase:
        return LoadCase(
            self.url,
            self.connector.streams[name],
            self.case.tenant,
            connector=self.connector.connector,
            name=name,
            hours=self.case.hours,
        )

    def load(self, name: str, *pages: Any) -> Any:
        one = self.stream(name)
        policy = build_policy(self.feed, name, one.stream).salted(one.tenant, SALT)
        result = one.load(*pages, policy=policy)
        self.case.hours = one.hours
        return result

    def rows(self, name: str, columns: str, suffix: str = "") -> list[tuple[Any, ...]]:
        return self.stream(name).rows(columns, suffix)

    def forget(
        self, *emails: str, phones: tuple[str, ...] = (), dry_run: bool = False
    ) -> ForgetReport:
        person = build_person(emails, phones, self.warehouse.salt)
        return run_forget(self.tenant, person, self.warehouse, dry_run=dry_run)

    def query(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.case.query(text, *values)

    def everything(self, but: str = "none") -> str:
        """All that is stored of the tenant, read without any of the code under test."""
        tables = self.query(
            "select format('%%I.%%I', table_schema, table_name) from information_schema.tables "
            "where table_type = 'BASE TABLE' "
            "and (table_schema like %s or table_schema = 'elt_ops')",
            f"{self.case.tenant}%",
        )
        found = [
            self.query(f"select t::text from {name} as t") for (name,) in tables if but not in name
        ]
        return "\n".join(str(rows) for rows in found).lower()


@pytest.fixture
def shop(warehouse: str) -> Iterator[Shop]:
    """Two customers with orders, rejects, an inbox, marts and a snapshot."""
    made = Shop(warehouse)
    made.load("customers", [customer(1, ANN.title()), customer(2, "joann.smith@mail.example")])
    made.load(
        "orders",
        Page(
            [
                sale(11, 1),
                sale(12, 1, landing_page="https://s.example/?e=ann.smith%40mail.example&x=1"),
                sale(21, 2, remark=f"a present for\n{ANN}, wrap it"),
                sale(31, 1, total="many"),
            ],
            (Reject("o.csv:3", "ragged_row", "x.", f"9,{ANN},a,b"),),
        ),
    )
    tenant = made.case.tenant
    with psycopg.connect(warehouse, autocommit=True) as connection:
        for statement in (
            f"create table {tenant}_mart.dim_customers as select 'k' || id as customer_key, "
            f"name as customer_name, email, id as n from {tenant}_raw_shopapi.customers",
            f"create table {tenant}_snap.snap_customers (customer_key text, email text, "
            "full_name text not null, dbt_valid_from timestamptz, letters text[], raw bytea)",
            f"insert into {tenant}_snap.snap_customers values "
            f"('k1', 'old@mail.example', 'Ann S', now(), null, null), "
            f"('k1', '{ANN}', 'Ann Smith', now(), array['a', '{ANN}'], 'to {ANN}'::bytea), "
            "('k2', 'joann.smith@mail.example', 'Jo', now(), null, null)",
            f"create materialized view {tenant}_mart.emails as select email "
            f"from {tenant}_raw_shopapi.customers",
            "insert into elt_ops.check_results (tenant, layer, check_name, severity, state, sample,"
            f" message, checked_at) values ('{tenant}', 'raw', 'c', 'warn', 'failed', "
            f"""'["id=1", "{ANN}", "to: <{ANN}>"]', '{ANN} comes twice', now())""",
            "insert into elt_ops.alerts (fingerprint, tenant, error_class, message, payload, "
            f"first_at, last_at) values ('f-{tenant}', '{tenant}', 'X', 'see {ANN}', "
            f"""'{{"text": "see {ANN}"}}', now(), now())""",
        ):
            connection.execute(statement.encode())
        connection.execute(
            "insert into elt_ops.inbox (tenant, feed, event_id, event_type, occurred_at, body) "
            "values (%s, 'shop', 'e1', 'order', %s, %s), (%s, 'shop', 'e2', 'order', %s, %s)",
            [
                *(tenant, utcnow(), json.dumps({"id": 1, "email": ANN, "first_name": "Ann"})),
                *(tenant, utcnow(), json.dumps({"id": 2, "email": "b@mail.example"})),
            ],
        )
    yield made


def test_nothing_of_the_person_is_left_and_the_facts_are(shop: Shop) -> None:
    report = shop.forget(ANN.upper(), phones=("(303) 555-0101",))
    text = shop.everything()
    for word in ("ann.smith@", "ann.smith%40", "555 0101", "name1", "1 main street", "ann s"):
        left = text.replace("joann.smith@mail.example", "")
        assert word not in left, word
    customers = shop.rows("customers", "id, name, email, phone, tags, _extra")
    assert customers[0] == (
        1,
        None,
        None,
        None,
        ["vip"],
        {"loyalty": {"backup_email": None, "points": 1}},
    )
    assert customers[1][:3] == (2, "Name2", "joann.smith@mail.example")
    orders = shop.rows("orders", "id, customer_id, total, ship_to, _extra")
    assert [row[:4] for row in orders] == [
        (11, 1, 10.5, None), (12, 1, 10.5, None), (21, 2, 10.5, "2 Main Street"),
    ]  # fmt: skip
    assert orders[0][4] == {"customer": {"nickname": "x"}, "shipping_address": None}
    assert orders[2][4]["shipping_address"] == "2 Main Street"
    assert shop.rows("orders", "id, landing_page, remark")[1:] == [
        (12, "https://s.example/?e=[erased]&x=1", None),
        (21, None, "a present for\n[erased], wrap it"),
    ]
    tenant = shop.case.tenant
    snap = shop.query(
        f"select customer_key, email, full_name from {tenant}_snap.snap_customers order by 1, 2"
    )
    assert snap == [
        ("k1", None, "[erased]"),
        ("k1", None, "[erased]"),
        ("k2", "joann.smith@mail.example", "Jo"),
    ]
    assert shop.query(f"select count(*) from {tenant}_mart.emails where email is not null") == [
        (1,)
    ]
    assert report.touched[f"{tenant}_raw_shopapi.orders"] == 3
    assert report.deleted["elt_ops.quarantine"] == 2  # by the address, and by the customer in it
    assert report.searched[0] > 20
    # A check keeps keys of bad rows, and a key may be an address.
    [(sample, message)] = shop.case.ops("check_results", "sample, message")
    assert sample[0] == "id=1"
    assert message.endswith(" comes twice")
    inbox = dict(shop.case.ops("inbox", "event_id, body::jsonb"))
    assert inbox == {
        "e1": {"id": 1, "email": None, "first_name": None},
        "e2": {"id": 2, "email": "b@mail.example"},
    }


def test_again_it_finds_nothing_to_do(shop: Shop) -> None:
    shop.forget(ANN)
    before = shop.everything()
    again = shop.forget(ANN)
    assert not again.touched and not again.deleted
    assert shop.everything() == before


def test_a_dry_run_says_the_same_and_changes_nothing(shop: Shop) -> None:
    before = shop.everything("erasure_salts")
    would = shop.forget(ANN, dry_run=True)
    assert shop.everything("erasure_salts") == before
    did = shop.forget(ANN)
    assert (would.touched, would.deleted, would.searched) == (
        did.touched,
        did.deleted,
        did.searched,
    )


def test_other_tenants_are_not_looked_at(shop: Shop, warehouse: str) -> None:
    other = Shop(warehouse)
    other.load("customers", [customer(1, ANN)])
    shop.forget(ANN)
    assert other.rows("customers", "id, email") == [(1, ANN)]
    assert other.load("customers", [customer(1, ANN)]).unchanged == 1


def test_the_person_does_not_come_back(shop: Shop) -> None:
    shop.forget(ANN)
    sent = [customer(1, ANN), customer(2, "joann.smith@mail.example")]
    shop.load("customers", sent)
    # Their order without any address, their new address, and a reject that names them.
    reject = Reject("o.csv:4", "ragged_row", "x.", f"10,{ANN}")
    shop.load("orders", Page([sale(11, 1), sale(13, 1), sale(22, 2)], (reject,)))
    shop.load("customers", [customer(1, "new@mail.example")])
    assert shop.rows("customers", "id, name, email") == [
        (1, None, None), (2, "Name2", "joann.smith@mail.example"),
    ]  # fmt: skip
    assert shop.rows("customers", "_parent_id, street", "__addresses") == [
        (1, None), (2, "2 Main Street"),
    ]  # fmt: skip
    assert [row for row in shop.rows("orders", "id, ship_to") if row[0] in (11, 13, 22)] == [
        (11, None), (13, None), (22, "2 Main Street"),
    ]  # fmt: skip
    text = shop.everything().replace("joann.smith@mail.example", "")
    assert "ann.smith@" not in text and "new@mail" not in text
    # Once redacted, what comes again is nothing new.
    assert shop.load("customers", [customer(1, "new@mail.example")]).unchanged == 1


def test_typed_sources_are_redacted_on_arrival(shop: Shop) -> None:
    shop.forget(ANN)
    table = pa.table(
        {
            "id": [5, 1, 6],
            "name": ["E", "Ann", "F"],
            "email": ["e@mail.example", None, ANN],
            "backup_email": [None, "z@mail.example", None],
            "points": [1, 2, 3],
        }
    )
    shop.load("customers", table)
    assert shop.rows("customers", "id, name, email, _extra", " where id in (1, 5, 6)") == [
        (1, None, None, {"backup_email": None, "points": 2}),
        (5, "E", "e@mail.example", {"backup_email": None, "points": 1}),
        (6, None, None, {"backup_email": None, "points": 3}),
    ]


def test_a_personal_key_becomes_a_pseudonym_that_arrives_again(shop: Shop) -> None:
    account = {"name": "Ann Smith", "email": ANN, "balance": "7.00"}
    shop.load("accounts", [account, {"name": "Bob", "email": "b@mail.example", "balance": 1}])
    shop.forget(ANN)
    (erased, bob) = shop.rows("accounts", "balance, name, email")[::-1]
    assert erased[0] == 7 and erased[1].startswith("erased-") and erased[2] is None
    assert bob[1] == "Bob"
    shop.load("accounts", [account])
    assert [row[1] for row in shop.rows("accounts", "balance, name")] == ["Bob", erased[1]]


def test_a_load_that_read_before_the_erasure_does_not_commit_after_it(shop: Shop) -> None:
    one = shop.stream("customers")
    pages = then([Page([customer(1, ANN)])], lambda: shop.forget(ANN))
    with pytest.raises(WarehouseUnavailable, match="erased while this load was reading"):
        one.load_pages(pages)
    assert shop.rows("customers", "id, email")[0] == (1, None)


def test_hashed_people_are_found_by_their_digest(warehouse: str) -> None:
    shop = Shop(warehouse, pii="hash")
    shop.load("customers", [customer(1, ANN), customer(2, "b@mail.example")])
    shop.load("orders", [sale(11, 1)])
    digest = build_digest(SALT.encode(), ANN)
    assert digest in shop.everything()
    shop.forget(ANN)
    assert digest not in shop.everything()
    assert shop.rows("orders", "id, total, ship_to") == [(11, 10.5, None)]
    shop.load("customers", [customer(1, ANN)])
    assert digest not in shop.everything()


def test_what_cannot_be_redacted_undoes_everything(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.pipeline.forget.run.Redactor.run", lambda _: None)
    with pytest.raises(WarehouseRejected, match=r"still named in .*customers\.email"):
        shop.forget(ANN)
    assert shop.rows("customers", "id, email")[0] == (1, ANN.title())


@pytest.mark.parametrize(("emails", "phones"), [((), ()), (("ann",), ()), ((), ("12",))])
def test_nobody_is_found_by_half_an_address(
    emails: tuple[str, ...], phones: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError):
        build_person(emails, phones, None)
