"""An agency's tenants are its members' alone; who becomes one is invited, once, in time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.console import gate
from include.console.access import Access
from include.console.people import Person
from include.console.webhooks.limits import Limits
from tests.integration.console_case import ACME, BOTH, PEOPLE, Console, Rights, write_world

API = "/api/v1/organisations"
FURTHER = {
    # Airflow lets this one read and run every tenant.
    "agent": Person("axel", Rights(BOTH, BOTH)),
    "second": Person("bea", Rights(BOTH, BOTH)),
    "looker": Person("lou", Rights(BOTH)),
    "program": Person("token till", Rights(ACME, ACME), tenants=ACME, is_token=True),
}
DROP = "/api/v1/tenants/acme/quarantine/1/drop"


@pytest.fixture(scope="module")
def world(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder: Path = tmp_path_factory.mktemp("tenants")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_TENANTS_DIR", str(folder))
        patch.setenv("ELT_REGISTRY_DIR", str(folder / "registry"))
        patch.setattr(gate, "build_limits", lambda: Limits(1e6, 1e6))
        write_world(warehouse, folder)
        made = Console(warehouse, {**PEOPLE, **FURTHER})
        yield made
        made.fleet.pools.close()


@pytest.fixture
def console(world: Console) -> Console:
    """An agency `agency` that has acme; nobody belongs to it."""
    world.query("delete from elt_ops.organisations returning 1")
    world.query("update elt_ops.quarantine set state = 'open' returning 1")
    world.fleet.access.forget()
    made = world.ask("admin", API, "POST", json={"org": "agency", "name": "Agency"})
    assert made.status_code == 201
    change(world, "agency", ["acme"])
    return world


def change(console: Console, org: str, tenants: list[str]) -> Any:
    body = {"name": org.title(), "tenants": tenants}
    return console.ask("admin", f"{API}/{org}", "PUT", json=body, headers={"If-Match": "*"})


def invite(console: Console, by: str = "admin", role: str = "viewer", tenant: str = "") -> str:
    """The secret of a new link."""
    body = {"role": role, "tenant": tenant, "note": "Axel"}
    made = console.ask(by, f"{API}/agency/invitations", "POST", json=body)
    assert made.status_code == 201, made.text
    link: str = made.json()["link"]
    assert link.startswith("http://testserver/elt/invitation#join_")
    return link.partition("#")[2]


def accept(console: Console, who: str, token: str) -> int:
    found = console.ask(who, "/api/v1/invitations/accept", "POST", json={"token": token})
    return int(found.status_code)


def join(console: Console, who: str, role: str, tenant: str = "") -> None:
    assert accept(console, who, invite(console, role=role, tenant=tenant)) == 200


def seen(console: Console, who: str) -> list[str]:
    found: list[str] = console.ask(who, "/api/v1/me").json()["tenants"]
    return found


def test_a_tenant_of_an_agency_is_its_members_alone(console: Console) -> None:
    """Airflow's simple login lets every user read every DAG: membership is what keeps agencies
    apart there."""
    assert seen(console, "agent") == ["bazaar"]
    assert console.ask("agent", "/api/v1/tenants/acme/loads").status_code == 404
    join(console, "agent", "viewer")
    # A member sees the agency's tenants and no others.
    assert seen(console, "agent") == ["acme"]
    assert console.ask("agent", "/tenants/bazaar/quality").status_code == 404
    assert 'tenant="bazaar"' not in console.ask("agent", "/metrics").text
    assert seen(console, "second") == ["bazaar"] and seen(console, "admin") == ["acme", "bazaar"]


def test_roles_go_as_far_as_they_say(console: Console) -> None:
    body = {"reason": "rubbish"}
    for role, status in (("viewer", 403), ("operator", 200)):
        join(console, "agent", role)
        assert console.ask("agent", DROP, "POST", json=body).status_code == status, role
        assert console.ask("agent", f"{API}/agency/members").status_code == 403
    join(console, "agent", "admin")
    assert console.ask("agent", f"{API}/agency/members").status_code == 200
    # The stronger of two roles counts, each as far as it reaches.
    join(console, "second", "viewer")
    assert console.ask("second", DROP, "POST", json=body).status_code == 403
    join(console, "second", "operator", "acme")
    assert console.ask("second", DROP, "POST", json=body).status_code == 404  # is dropped already


def test_membership_widens_nothing_that_airflow_refuses(console: Console) -> None:
    join(console, "looker", "admin")
    assert seen(console, "looker") == ["acme"]
    assert console.ask("looker", DROP, "POST", json={"reason": "x"}).status_code == 403
    join(console, "other", "admin")
    assert seen(console, "other") == []


def test_who_leaves_or_whose_tenant_moves_sees_it_no_longer(console: Console) -> None:
    join(console, "agent", "operator")
    join(console, "second", "operator", "acme")
    console.ask("admin", API, "POST", json={"org": "rival", "name": "Rival"})
    assert change(console, "rival", ["acme"]).status_code == 200
    assert seen(console, "agent") == seen(console, "second") == []
    assert change(console, "agency", ["acme"]).status_code == 200
    assert seen(console, "agent") == seen(console, "second") == ["acme"]
    gone = console.ask("admin", f"{API}/agency/members/axel", "DELETE")
    assert gone.status_code == 200 and seen(console, "agent") == ["bazaar"]
    assert console.ask("admin", f"{API}/agency/members/axel", "DELETE").status_code == 404
    headers = {"If-Match": "*"}
    assert console.ask("admin", f"{API}/agency", "DELETE", headers=headers).status_code == 200
    assert seen(console, "agent") == ["acme", "bazaar"]


def test_an_invitation_works_once_in_time_and_for_people(console: Console) -> None:
    token = invite(console)
    assert console.query("select digest from elt_ops.invitations")[0][0] != token
    assert accept(console, "program", token) == 403
    assert accept(console, "nobody", token) == 401
    assert accept(console, "agent", token) == 200
    assert accept(console, "second", token) == 404
    old = invite(console)
    console.query("update elt_ops.invitations set expires_at = now() returning 1")
    assert accept(console, "second", old) == 404
    back = invite(console)
    rows = console.ask("admin", f"{API}/agency/invitations").json()["items"]
    place = f"{API}/agency/invitations/{rows[0]['invitation_id']}"
    assert console.ask("admin", place, "DELETE").status_code == 200
    assert console.ask("admin", place, "DELETE").status_code == 404
    assert accept(console, "second", back) == 404
    assert "join_" not in json.dumps(rows) and "digest" not in json.dumps(rows)
    page = console.ask("admin", "/organisations/agency").text
    assert "accepted by axel" in page and "taken back" in page and "join_" not in page


def test_a_link_is_kept_nowhere(console: Console) -> None:
    """An Idempotency-Key keeps the first answer for a day: a link must not be in it."""
    headers = {"Idempotency-Key": "one"}
    body = {"role": "viewer", "note": "Axel"}
    for _ in (1, 2):
        made = console.ask("admin", f"{API}/agency/invitations", "POST", json=body, headers=headers)
        assert made.status_code == 201
    assert console.query("select count(*) from elt_ops.given_answers where body ~ 'join_'") == [
        (0,)
    ]
    assert console.query("select count(*) from elt_ops.console_audit where about::text ~ 'join_'")[
        0
    ] == (0,)


def test_an_agencys_admin_runs_it_and_no_other(console: Console) -> None:
    console.ask("admin", API, "POST", json={"org": "rival", "name": "Rival"})
    join(console, "agent", "admin")
    assert accept(console, "second", invite(console, by="agent", role="operator")) == 200
    assert [one["org"] for one in console.ask("agent", API).json()["items"]] == ["agency"]
    for method, path, body in (
        ("GET", f"{API}/rival", None),
        ("GET", f"{API}/rival/members", None),
        ("POST", f"{API}/rival/invitations", {"role": "admin"}),
        ("PUT", f"{API}/rival/members/axel", {"role": "admin"}),
        ("DELETE", f"{API}/rival", None),
        ("GET", "/organisations/rival", None),
    ):
        found = console.ask("agent", path, method, json=body, headers={"If-Match": "*"})
        assert found.status_code == 404, path
    # Whose a tenant is, is not theirs to say: it would show them anybody's.
    mine = {"name": "Agency", "tenants": ["acme", "bazaar"]}
    headers = {"If-Match": "*"}
    assert (
        console.ask("agent", f"{API}/agency", "PUT", json=mine, headers=headers).status_code == 403
    )
    # An admin of one tenant says nothing of the organisation.
    join(console, "looker", "admin", "acme")
    assert console.ask("looker", f"{API}/agency/members").status_code == 403
    strange = {"role": "viewer", "tenant": "bazaar"}
    place = f"{API}/agency/invitations"
    assert console.ask("agent", place, "POST", json=strange).status_code == 422


def test_changes_say_what_they_were_made_from_and_are_audited(console: Console) -> None:
    place, body = f"{API}/agency", {"name": "New name", "tenants": ["acme"]}
    tag = console.ask("admin", place).headers["etag"]
    assert console.ask("admin", place, "PUT", json=body).status_code == 428
    first = console.ask("admin", place, "PUT", json=body, headers={"If-Match": tag})
    assert first.status_code == 200 and first.headers["etag"] != tag
    again = console.ask("admin", place, "PUT", json=body, headers={"If-Match": tag})
    assert again.status_code == 412
    unknown = {**body, "tenants": ["nowhere"]}
    headers = {"If-Match": "*"}
    found = console.ask("admin", place, "PUT", json=unknown, headers=headers)
    assert found.status_code == 422
    more = {"org": "agency", "name": "x", "version": 9}
    assert console.ask("admin", API, "POST", json=more).status_code == 422
    exists = {"org": "agency", "name": "x"}
    assert console.ask("admin", API, "POST", json=exists).status_code == 409
    key = {"Idempotency-Key": "south"}
    south = {"org": "south", "name": "South"}
    for _ in (1, 2):
        assert console.ask("admin", API, "POST", json=south, headers=key).status_code == 201
    join(console, "agent", "viewer")
    lines = console.query("select who, what from elt_ops.console_audit where tenant = '@agency'")
    assert {("ada", "organisation.change"), ("ada", "invitation.make")} <= set(lines)
    assert ("axel", "invitation.accept") in lines


def test_nobody_is_let_in_on_what_was_known_before(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it cannot be asked who belongs where, the answer is 503, not everybody's tenants."""
    monkeypatch.setattr(console.fleet.access, "_until", 0.0)
    monkeypatch.setattr(console, "url", "postgresql://nobody@127.0.0.1:1/nothing")
    assert console.ask("agent", "/api/v1/me").status_code == 503


def test_who_belongs_nowhere_sees_what_is_nobodys() -> None:
    roles = {("agency", "axel"): {"acme": "viewer"}}
    access = Access({"acme": "agency", "corner": "agency"}, roles, frozenset({"axel"}))
    found = [access.find_role("axel", name) for name in ("acme", "corner", "bazaar")]
    assert found == ["viewer", None, None]
    assert [access.find_role("bea", name) for name in ("acme", "bazaar")] == [None, "admin"]
