"""Identities through the warehouse: read out, resolved, written back as far as they changed."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from include.config.tenant.identity import Override
from include.core.clock import frozen, utcnow
from include.core.errors import TransformError
from include.destinations.postgres.identity.runs import fetch_warnings
from include.identity.files import run_resolve_files
from include.identity.settings import IdentitySettings
from include.ledger.connection import Warehouse
from include.pipeline.identity import resolve
from include.pipeline.identity.kept import build_place
from include.pipeline.identity.resolve import run_resolve_identities
from tests.integration.identity_case import (
    TENANT,
    build_tenant,
    fetch,
    run_add_person,
    run_make_unions,
)

READ = ("people", "pairs", "attributes", "aliases", "shared_keys")
PEOPLE = f"select record_id, person_id from {TENANT}_id.people order by 1"


@pytest.fixture
def place(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path))
    run_make_unions(warehouse)
    ann = {"customer_name": "Ann Lee", "email": "ann@mail.example", "phone": "+1 303 555 0111"}
    run_add_person(warehouse, "shopify:shop:1", **ann, city="Denver")
    run_add_person(warehouse, "stripe:pay:cus_1", customer_name="Ann Lee", email="ANN@mail.example")
    run_add_person(warehouse, "callrail:calls:9", customer_name='Ünal "Bo", 你好\n', phone="")
    return Warehouse(warehouse, tenant_roles=False)


def test_records_of_one_person_get_one_id_and_keep_it(place: Warehouse) -> None:
    tenant = build_tenant()
    people, companies, products = run_resolve_identities(tenant, place)
    assert people.summary and people.summary.records == 3 and people.summary.entities == 2
    assert (companies.kind, products.kind) == ("companies", "products")
    ((evidence,),) = fetch(place.url, f"select evidence from {TENANT}_id.pairs")
    assert "ann@mail.example" in evidence
    first = dict(fetch(place.url, PEOPLE))
    assert first["shopify:shop:1"] == first["stripe:pay:cus_1"] != first["callrail:calls:9"]
    run_add_person(place.url, "attio:crm:a", customer_name="Ann Lee", email="ann@mail.example")
    again, *_ = run_resolve_identities(tenant, place)
    found = dict(fetch(place.url, PEOPLE))
    assert found == {**first, "attio:crm:a": first["shopify:shop:1"]}
    # Set-wise and compared: the rows of people who are as before are not written again.
    assert again.changed["people"] <= 3


def test_what_has_not_changed_is_not_resolved_again(place: Warehouse) -> None:
    tenant = build_tenant()
    run_resolve_identities(tenant, place)
    assert [one.summary for one in run_resolve_identities(tenant, place)] == [None] * 3
    # Another threshold is another question, and so is an answer that somebody took away.
    assert run_resolve_identities(build_tenant(accept=0.95), place)[0].summary
    fetch(place.url, f"delete from {TENANT}_id.people returning 1")
    assert run_resolve_identities(build_tenant(accept=0.95), place)[0].changed["people"] == 3


def test_every_pair_is_scored_again_once_a_week(place: Warehouse) -> None:
    """A day's records are matched with what is known; a week later nothing known is trusted."""
    tenant, runs = build_tenant(), f"select is_full from {TENANT}_id.runs where kind = 'people'"
    run_resolve_identities(tenant, place)
    run_add_person(place.url, "attio:crm:d", customer_name="Di")
    run_resolve_identities(tenant, place)
    assert fetch(place.url, f"{runs} order by run_id") == [(True,), (False,)]
    before = fetch(place.url, PEOPLE)
    run_add_person(place.url, "attio:crm:e", customer_name="Em")
    with frozen(utcnow() + timedelta(days=8)):
        run_resolve_identities(tenant, place)
    assert fetch(place.url, f"{runs} order by run_id")[2] == (True,)
    assert set(before) < set(fetch(place.url, PEOPLE))


def test_a_persons_word_is_above_the_machines(place: Warehouse) -> None:
    """`cannot_link` parts what one address joins; once it leaves the file, they are one again."""
    apart = Override(
        cannot_link=("shopify:shop:1", "stripe:pay:cus_1"), who="ann", why="mother and daughter"
    )
    run_resolve_identities(build_tenant(overrides=(apart,)), place)
    found = dict(fetch(place.url, PEOPLE))
    assert found["shopify:shop:1"] != found["stripe:pay:cus_1"]
    # The list is broken: the last good one stays in force.
    run_add_person(place.url, "attio:crm:b", customer_name="Bo")
    run_resolve_identities(build_tenant(overrides=None), place)
    found = dict(fetch(place.url, PEOPLE))
    assert found["shopify:shop:1"] != found["stripe:pay:cus_1"]
    run_resolve_identities(build_tenant(), place)
    found = dict(fetch(place.url, PEOPLE))
    assert found["shopify:shop:1"] == found["stripe:pay:cus_1"]
    kept = fetch(place.url, f"select origin, is_active, who from {TENANT}_id.overrides")
    assert kept == [("file", False, "ann")]


def test_decisions_that_contradict_each_other_name_both(place: Warehouse) -> None:
    """Nothing is written, and the run says which decisions exclude each other."""
    run_resolve_identities(build_tenant(), place)
    before = fetch(place.url, PEOPLE)
    shop, pay, caller = "shopify:shop:1", "stripe:pay:cus_1", "callrail:calls:9"
    both = (
        Override(must_link=(shop, pay), who="ann", why="same card"),
        Override(must_link=(pay, caller), who="ann", why="same voice"),
        Override(cannot_link=(shop, caller), who="bob", why="two people"),
    )
    with pytest.raises(TransformError, match=r"idco: .*people") as caught:
        run_resolve_identities(build_tenant(overrides=both), place)
    assert shop in str(caught.value) and caller in str(caught.value)
    assert fetch(place.url, PEOPLE) == before


def test_a_run_that_breaks_leaves_the_last_answer(
    place: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind is written whole or not at all, and its files are gone whatever happens."""
    run_resolve_identities(build_tenant(), place)
    before = fetch(place.url, PEOPLE)
    run_add_person(place.url, "attio:crm:c", customer_name="Ann Lee", email="ann@mail.example")

    def break_off(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(resolve, "run_write_left", break_off)
    with pytest.raises(RuntimeError):
        run_resolve_identities(build_tenant(), place)
    assert fetch(place.url, PEOPLE) == before
    monkeypatch.undo()
    run_resolve_identities(build_tenant(), place)
    assert len(fetch(place.url, PEOPLE)) == 4


def test_a_day_on_the_kept_base_writes_what_one_over_everybody_would(place: Warehouse) -> None:
    """The base is private, is used again, and one of another worker or an older run is not."""
    tenant, kept = build_tenant(), build_place(TENANT)
    run_resolve_identities(tenant, place)
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert kept.folder.stat().st_mode & 0o777 == 0o700
    run_add_person(place.url, "attio:crm:a", customer_name="Ann Lee", email="ann@mail.example")
    gathered = "idco_int.int_customers__gathered"
    fetch(place.url, f"delete from {gathered} where _feed = 'calls' returning 1")
    with mock.patch.object(resolve, "run_resolve_files", wraps=run_resolve_files) as engine:
        (people, *_) = run_resolve_identities(tenant, place)
        assert engine.call_args_list[0].args[4].is_synced
    assert people.summary and people.summary.records == 3 and people.summary.entities == 1
    told = read_all(place)
    assert len(told["people"]) == 3 and len(told["pairs"]) >= 2
    # Its run is not the warehouse's last one: everything is read again, and nothing is other.
    fetch(place.url, f"update {TENANT}_id.runs set base = 'other', inputs_hash = '' returning 1")
    with mock.patch.object(resolve, "run_resolve_files", wraps=run_resolve_files) as engine:
        (people, *_) = run_resolve_identities(tenant, place)
        assert not engine.call_args_list[0].args[4].is_synced
    assert people.changed["people"] == people.changed["pairs"] == people.changed["attributes"] == 0
    assert read_all(place) == told


def read_all(place: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: fetch(place.url, f"select * from {TENANT}_id.{name} order by 1, 2, 3")
        for name in READ
    }


def test_pairs_of_very_many_are_counted_in_the_warehouse_until_all_are_scored_again(
    place: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the floor two records left no row at all; now their evidence is counted."""
    monkeypatch.setattr(IdentitySettings, "floor", lambda *_: 0.01)
    people = {"x": ("Zoe Wu", "Elm St"), "y": ("Bo Gil", "Oak Rd"), "z": ("Al Poe", "Ash Way")}

    def add(key: str) -> None:
        name, street = people[key]
        told = {"customer_name": name, "email": f"{name[:2]}@{key}.example", "city": "Denver"}
        told |= {"address_line": f"1 {street}", "postal_code": "80201"}
        run_add_person(place.url, f"attio:crm:{key}", **told)

    counted = f"select kind, is_full, evidence, pairs from {TENANT}_id.unlike order by at"
    add("x")
    add("y")
    run_resolve_identities(build_tenant(), place)
    ((kind, is_full, evidence, pairs),) = fetch(place.url, counted)
    assert (kind, is_full, pairs) == ("people", True, 1)
    assert "other address" in evidence and "80201" not in evidence
    add("z")
    run_resolve_identities(build_tenant(), place)
    assert {row[1]: row[3] for row in fetch(place.url, counted)} == {True: 1, False: 2}
    run_resolve_identities(build_tenant(), place, full=True)
    assert [(row[1], row[3]) for row in fetch(place.url, counted)] == [(True, 3)]


def test_one_source_alone_and_none_at_all_are_resolved(place: Warehouse) -> None:
    tenant = build_tenant()
    gathered = "idco_int.int_customers__gathered"
    fetch(place.url, f"delete from {gathered} where source_connector <> 'shopify' returning 1")
    people, *_ = run_resolve_identities(tenant, place)
    assert people.summary and (people.summary.records, people.summary.entities) == (1, 1)
    fetch(place.url, f"delete from {gathered} returning 1")
    people, *_ = run_resolve_identities(tenant, place)
    assert people.summary and (people.summary.records, people.summary.entities) == (0, 0)
    assert fetch(place.url, f"select * from {TENANT}_id.people") == []


def test_where_nothing_is_learned_the_keys_land_and_a_warning_says_so(place: Warehouse) -> None:
    """Too few records for the trainer to settle: who shares a mailbox is one all the same."""
    people, *_ = run_resolve_identities(build_tenant(), place)
    found = dict(fetch(place.url, PEOPLE))
    assert found["shopify:shop:1"] == found["stripe:pay:cus_1"]
    ((warnings,),) = fetch(
        place.url, f"select warnings from {TENANT}_id.runs where kind = 'people'"
    )
    assert people.summary and not people.summary.is_trained
    assert "was not learned from these records" in warnings[0]
    with place.connect() as connection:
        assert fetch_warnings(connection, TENANT, utcnow() - timedelta(hours=1))["people"] == 1
