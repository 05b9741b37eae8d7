"""Forgetting a person from the console: looked at first, an administrator's, and audited in a way
that does not keep what was to be forgotten."""

from pathlib import Path
from typing import Any

import pytest

from tests.integration.console_case import Console, write_world

ANN = "ann.smith@mail.example"
PLACE = "/api/v1/tenants/acme/forget"
_RECORD = f"""
insert into elt_ops.quarantine (tenant, feed, stream, fingerprint, record_key, reason, detail,
    payload, first_seen, last_seen, load_id)
select t, 'stripe', 'customers', 'ann', 'id=1', 'unparsable', '', '{{"email": "{ANN}"}}',
    now(), now(), 1 from unnest(array['acme', 'bazaar']) as t returning 1
"""


@pytest.fixture
def console(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_REGISTRY_DIR", str(tmp_path / "registry"))
    write_world(warehouse, tmp_path)
    found = Console(warehouse)
    found.query(_RECORD)
    return found


def forget(console: Console, who: str = "admin", **body: Any) -> Any:
    return console.ask(who, PLACE, "POST", json={"emails": [ANN], **body})


def still(console: Console) -> set[str]:
    rows = console.query(f"select tenant from elt_ops.quarantine where payload like '%{ANN}%'")
    return {row[0] for row in rows}


def test_a_look_changes_nothing(console: Console) -> None:
    found = forget(console)
    assert found.status_code == 200, found.text
    assert found.json()["dry_run"] and sum(found.json()["deleted"].values()) == 1
    assert still(console) == {"acme", "bazaar"}
    assert console.query("select count(*) from elt_ops.erasures") == [(0,)]


def test_an_erasure_is_of_one_tenant_and_asked_for_by_name(console: Console) -> None:
    """Without the tenant's id typed nothing goes; with it the neighbour keeps its own record."""
    for word in ("", "bazaar", "yes"):
        assert forget(console, dry_run=False, confirm=word).status_code == 422
    assert still(console) == {"acme", "bazaar"}
    done = forget(console, dry_run=False, confirm="acme")
    assert done.status_code == 200 and still(console) == {"bazaar"}
    again = forget(console, dry_run=False, confirm="acme").json()
    assert (again["changed"], again["deleted"]) == ({}, {})


def test_the_audit_log_does_not_keep_the_person(console: Console) -> None:
    forget(console, dry_run=False, confirm="acme")
    audit = console.ask("admin", "/api/v1/tenants/acme/audit").text
    assert '"person.forget"' in audit and '"ada"' in audit
    assert ANN not in audit and "ann.smith" not in audit


@pytest.mark.parametrize("who", ["viewer", "own", "other", "confined", "nobody"])
def test_only_an_administrator_forgets(console: Console, who: str) -> None:
    found = forget(console, who, dry_run=False, confirm="acme")
    assert found.status_code in (401, 403, 404) and still(console) == {"acme", "bazaar"}


@pytest.mark.parametrize("body", [{"emails": []}, {"emails": ["ann"]}, {"phones": ["12"]}])
def test_who_is_nobody_is_said(console: Console, body: dict[str, Any]) -> None:
    found = forget(console, **body)
    assert found.status_code == 422 and found.json()["error"]["message"]
