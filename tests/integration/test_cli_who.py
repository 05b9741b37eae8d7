"""`elt who`: what a stranger reads about one person."""

import json
from pathlib import Path

import psycopg
import pytest

from include import cli
from include.ledger.connection import Warehouse
from include.pipeline.identity.resolve import run_resolve_identities
from tests.integration.cli_case import point_cli_at
from tests.integration.identity_case import TENANT, build_tenant, run_add_person, run_make_unions

CONNECTOR = """\
connector: till
title: A till
kind: rest
streams: {sales: {path: /s, primary_key: [id], columns: {id: text}}}
"""
FILE = f"tenant: {TENANT}\nname: I\nowner: o\nfeeds: {{till: {{start_date: 2025-01-01}}}}\n"


@pytest.fixture(scope="module")
def resolved(warehouse: str) -> str:
    run_make_unions(warehouse)
    ann = {"customer_name": "Ann Lee", "email": "ann@mail.example", "city": "Ulm"}
    run_add_person(warehouse, "shopify:shop:1", **ann, phone="+1 303 555 0111")
    run_add_person(warehouse, "attio:crm:a", **ann)
    run_add_person(warehouse, "stripe:pay:9", customer_name="Bob Roe", email="bob@mail.example")
    run_resolve_identities(build_tenant(), Warehouse(warehouse, tenant_roles=False))
    with psycopg.connect(warehouse) as connection:
        connection.execute(
            f"insert into {TENANT}_id.pairs (kind, left_id, right_id, score, band, evidence) "
            "values ('people', 'shopify:shop:1', 'stripe:pay:9', 0.71, 'review', 'same city `Ulm`')"
        )
    return warehouse


@pytest.fixture
def asked(
    resolved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    (tmp_path / "till").mkdir()
    (tmp_path / "till" / "connector.yaml").write_text(CONNECTOR)
    (tmp_path / f"{TENANT}.yaml").write_text(FILE)
    point_cli_at(tmp_path, resolved, monkeypatch)

    def ask(*words: str) -> tuple[int, str, str]:
        code = cli.main(["who", TENANT, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ask


@pytest.mark.parametrize(
    "word", ["ANN@mail.example", "303-555-0111", "n Le", "attio:crm:a", "0049 303 555 0111"]
)
def test_a_person_is_found_by_whatever_one_knows(asked, word: str) -> None:
    code, out, _ = asked(word, "--json")
    (person,) = json.loads(out)["people"]
    assert code == 0
    assert {one["record_id"] for one in person["records"]} == {"shopify:shop:1", "attio:crm:a"}
    assert person["name"] == "Ann Lee"


def test_it_says_why_and_what_was_nearly_joined(asked) -> None:
    code, out, _ = asked("ann@mail.example")
    assert code == 0
    assert "2 records of 2 sources" in out
    assert "ann@mail.example" in out and "attio:crm:a" in out
    nearly = out.split("nearly joined, and not:")[1]
    assert "stripe:pay:9" in nearly and "0.710" in nearly and "same city `Ulm`" in nearly


def test_nobody_and_nothing_resolved_are_told_apart(asked, resolved: str) -> None:
    code, out, error = asked("nobody@mail.example")
    assert (code, out) == (1, "")
    assert "no source knows `nobody@mail.example`" in error
    with psycopg.connect(resolved) as connection:
        connection.execute(f"drop schema {TENANT}_id cascade")
        connection.commit()
        code, out, error = asked("ann@mail.example", "--json")
        assert (code, json.loads(out)) == (1, {"people": [], "more": 0})
        assert "nothing is resolved yet" in asked("ann@mail.example")[2]
