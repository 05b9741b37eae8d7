"""Every route of the console x everybody who may knock; routes are taken from the app itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from include.console import gate
from include.console.gate import CSRF_HEADER, OPEN, OPEN_BELOW
from include.console.pages import dbt_docs
from include.console.people import Person
from include.console.webhooks.limits import Limits
from tests.integration.console_case import BOTH, HTML, Console, Rights, write_world
from tests.integration.console_requests import BODIES, ODD, VALUES

PAYLOAD = "/api/v1/tenants/{tenant}/quarantine/{record}"
OF_OPERATORS = (
    *("/api/v1/tenants/{tenant}/tokens", PAYLOAD, "/tenants/{tenant}/sources/upload"),
    *("/tenants/{tenant}/sources/new/{connector}", "/tenants/{tenant}/feeds/{feed}/edit"),
)
OF_ADMINS = ("/api/v1/tenants", "/api/v1/tenants/{tenant}")
ALONE_ADMINS = ("/new-tenant", "/tenants/{tenant}/forget", "/api/v1/tenants/{tenant}/forget")
SPANS = ("nobody", "viewer", "other", "confined", "own", "admin")


@pytest.fixture(scope="module")
def console(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder: Path = tmp_path_factory.mktemp("tenants")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_TENANTS_DIR", str(folder))
        patch.setenv("ELT_REGISTRY_DIR", str(folder / "registry"))
        patch.setenv("ELT_FILES_ROOT", str(folder / "data"))
        # Everybody knocks at every route: more than one person may change at once.
        patch.setattr(gate, "build_limits", lambda: Limits(1e6, 1e6))
        docs = tmp_path_factory.mktemp("docs") / "index.html"
        docs.write_text("<!doctype html><title>dbt</title>")
        patch.setattr(dbt_docs, "load_settings", lambda: SimpleNamespace(dbt_docs=docs))
        write_world(warehouse, folder, registered=True)
        yield Console(warehouse)


@pytest.fixture(autouse=True)
def _anew(console: Console) -> None:
    console.forget_changes()
    console.query("update elt_ops.quarantine set state = 'open' returning 1")


def routes(console: Console) -> list[tuple[str, str]]:
    """(method, path) of everything the app answers, HEAD left out."""
    found = []
    for route in console.app.routes:
        assert isinstance(route, Route | APIRoute), f"{route} is of a kind this test does not know"
        found += [
            (method, route.path) for method in sorted(route.methods or ()) if method != "HEAD"
        ]
    return found


def is_open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_BELOW)


def find_body(method: str, path: str) -> dict[str, Any] | None:
    last = path.rsplit("/", 1)[-1]
    return BODIES.get(last if method == "POST" else f"{method} {last}")


def knock(console: Console, who: str, method: str, path: str) -> Any:
    headers = {"If-Match": "*"}
    return console.ask(who, fill(path), method, json=find_body(method, path), headers=headers)


def fill(path: str) -> str:
    made_here = path.endswith(("/feeds/{feed}", "/rollback", "/versions")) and "api" in path
    for name, value in (VALUES | ({"feed": "inbox"} if made_here else {})).items():
        path = path.replace(f"{{{name}}}", value)
    return f"{path}?column=fct_orders.net_amount" if path.endswith("/lineage") else path


def expect(who: str, method: str, path: str) -> set[int]:
    """The statuses this person may see at this route."""
    if who == "nobody":
        return {401} if path.startswith("/api/") or method != "GET" else {303}
    if who in ("other", "confined") and "{tenant}" in path:
        return {404}
    if "{org}" in path and who != "admin":
        return {404}
    if path == "/api/v1/organisations" and method == "POST":
        return {201} if who == "admin" else {403}
    if path.endswith("/invitations") and method == "POST":
        return {201}
    if path.endswith("/invitations/accept"):
        return {404}
    if who == "viewer" and (method != "GET" or path in OF_OPERATORS):
        return {403}
    if path in ALONE_ADMINS:
        return {200} if who == "admin" else {403}
    if path in OF_ADMINS and method != "GET":
        # acme has a file, which the console does not change, whoever asks.
        return ({201} if method == "POST" else {404}) if who == "admin" else {403}
    for end, status in ODD.items():
        if path.endswith(end):
            return {status}
    return {201} if path.endswith(("/feeds", "/tokens")) and method == "POST" else {200}


@pytest.mark.parametrize("who", SPANS)
def test_everybody_at_every_route(console: Console, who: str) -> None:
    known = routes(console)
    assert len(known) > 20
    wrong = []
    for method, path in known:
        if is_open(path):
            continue
        _reopen(console)
        found = knock(console, who, method, path)
        if found.status_code not in expect(who, method, path):
            wrong.append((method, path, found.status_code, found.text[:200]))
        if who in ("other", "confined", "nobody"):
            assert "acme" not in found.text, (method, path)
    assert not wrong, "\n".join(map(str, wrong))


def _reopen(console: Console) -> None:
    """As it was: the record open, the feed of the console there, nothing else of it."""
    console.query(
        "update elt_ops.quarantine set state = 'open' where quarantine_id = 1 returning 1"
    )
    console.forget_changes()


def test_names_from_data_are_words_on_every_page(console: Console) -> None:
    """A column, key or error may be called `<script>`; pages show it, browsers never run it."""
    shown = 0
    for method, path in routes(console):
        if method != "GET" or is_open(path) or path.startswith(("/api/", "/static", "/metrics")):
            continue
        found = console.ask("own", fill(path))
        assert found.headers["content-type"].startswith("text/html"), path
        assert HTML not in found.text, path
        shown += "&lt;script&gt;alert(1)" in found.text
        policy = found.headers["content-security-policy"]
        if path == "/docs":  # dbt's page is one file with its scripts inside, and reaches nobody
            assert "default-src 'none';" in policy and "connect-src 'self';" in policy
            continue
        assert "script-src 'self';" in policy and "unsafe" not in policy
        assert "frame-ancestors 'self'" in policy
        # What the policy would forbid does not stand in a page either.
        assert not re.search(r"<script(?![^>]*(src|application/json))|\son\w+=|style=", found.text)
    assert shown >= 3


OTHER_FILES = (
    *("../gate.py", "..%2fgate.py", "vendor", "", "%00", "a" * 500),
    *("vendor/echarts.LICENSE", "console.css/../console.js"),
)


@pytest.mark.parametrize("name", OTHER_FILES)
def test_static_files_are_those_of_the_folder(console: Console, name: str) -> None:
    found = console.ask("own", f"/static/{name}")
    assert found.status_code in (200, 404) and "class Gate" not in found.text
    assert found.status_code == 404 or name.endswith("console.js")


def test_a_route_added_tomorrow_is_behind_the_gate(console: Console) -> None:
    console.app.add_api_route("/api/v1/secret", lambda: {"all": "acme"})
    try:
        found = console.ask("nobody", "/api/v1/secret")
        assert found.status_code == 401 and "acme" not in found.text
    finally:
        console.app.router.routes.pop()


def test_a_broken_login_lets_nobody_in(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(dict[str, Person]):
        def get(self, *given: Any) -> Person:
            raise RuntimeError("the auth manager is gone")

    monkeypatch.setattr(console, "people", Broken())
    assert console.ask("admin", "/api/v1/tenants").status_code == 401


TRICKS = (
    "/api/v1/health/../tenants",
    "/api/v1//tenants",
    "//api/v1/me",
    "/webhooks/../api/v1/tenants",
    "/webhooks%2f..%2fapi/v1/tenants",
    "/API/v1/tenants",
    "/api/v1/health/",
    "/api/v1/ready/tenants",
)


@pytest.mark.parametrize("path", TRICKS)
def test_tricks_with_paths_open_nothing(console: Console, path: str) -> None:
    found = console.ask("nobody", path)
    assert found.status_code in (303, 307, 401, 404, 405) and "acme" not in found.text


def test_a_form_of_another_site_changes_nothing(console: Console) -> None:
    """The browser sends the cookie along with whatever another site makes it post."""
    people = {"own": Person("olga", Rights(BOTH, BOTH), has_cookie=True)}
    console = Console(console.url, people)
    path, body = "/api/v1/tenants/acme/quarantine/1/drop", {"reason": "x"}

    def post(**headers: str) -> int:
        return int(console.ask("own", path, "POST", json=body, headers=headers).status_code)

    assert post() == 403
    assert post(**{CSRF_HEADER: "1", "Sec-Fetch-Site": "cross-site"}) == 403
    assert post(**{CSRF_HEADER: "1", "Sec-Fetch-Site": "same-site"}) == 403
    assert console.query("select count(*) from elt_ops.quarantine where state <> 'open'") == [(0,)]
    assert post(**{CSRF_HEADER: "1", "Sec-Fetch-Site": "same-origin"}) == 200


def test_no_write_is_done_for_another_site(console: Console) -> None:
    """Every route that changes something, also those of tomorrow, with the cookie alone."""
    people = {"own": Person("ada", Rights(BOTH, BOTH), is_admin=True, has_cookie=True)}
    there = Console(console.url, people)
    writes = [(m, p) for m, p in routes(there) if m not in ("GET", "HEAD") and not is_open(p)]
    assert len(writes) > 15
    for method, path in writes:
        found = there.ask("own", fill(path), method, json=find_body(method, path))
        assert (found.status_code, found.json()["error"]["code"]) == (403, "forged"), path


SQL = (
    *("'", "' or 1=1 --", "%", "%s", "%(tenant)s", "\\", "\x00", "a" * 5_000, "1e400", "-1"),
    *("'; drop table elt_ops.loads; --", HTML, "../../etc/passwd", "\U0001f600", "9" * 20),
)


def test_odd_words_in_every_parameter_are_words(console: Console) -> None:
    """No 5xx, and nothing of another tenant, whatever stands in a parameter or a path."""
    document = console.app.openapi()
    wrong = []
    for path, methods in document["paths"].items():
        for name in [p["name"] for p in methods.get("get", {}).get("parameters", [])]:
            for word in SQL:
                text = word.encode("utf-16", "surrogatepass").decode("utf-16")
                values = (
                    {**VALUES, name: text.replace("/", "%2F")} if f"{{{name}}}" in path else VALUES
                )
                params = {} if f"{{{name}}}" in path else {name: text}
                try:
                    found = console.ask("own", path.format(**values), params=params)
                except Exception as error:  # httpx refuses to send it
                    assert type(error).__name__ == "InvalidURL"
                    continue
                if found.status_code >= 500 or "bazaar" in found.text:
                    wrong.append((path, name, word, found.status_code, found.text[:200]))
    assert not wrong, wrong
    assert console.query("select count(*) from elt_ops.loads") == [(6,)]


@pytest.mark.parametrize("word", ["\x00", "\ud800", 5, None, ["x"], "a" * 5_000])
def test_odd_words_in_every_field_are_words(console: Console, word: Any) -> None:
    for method, path in routes(console):
        good = {} if path.endswith("/uploads/{name}") else find_body(method, path) or {}
        for field in good:
            body = json.dumps({**good, field: word})
            headers = {"Content-Type": "application/json", "If-Match": "*"}
            ask = (fill(path), method)
            found = console.ask("admin", *ask, content=body, headers=headers)
            assert found.status_code in (404, 422), (path, field, found.text)


def test_a_body_may_not_say_more_than_it_is_asked(console: Console) -> None:
    path = "/api/v1/tenants/acme/identity/decisions"
    for more in ({"origin": "file"}, {"who": "somebody else"}, {"tenant": "bazaar"}):
        found = console.ask("own", path, "POST", json={**BODIES["decisions"], **more})
        assert found.status_code == 422


def test_every_write_has_its_line_and_lines_stay(console: Console) -> None:
    before = console.query("select count(*) from elt_ops.console_audit")[0][0]
    assert knock(console, "own", "POST", f"{PAYLOAD}/drop").status_code == 200
    assert knock(console, "own", "POST", f"{PAYLOAD}/drop").status_code == 404
    rows = console.query("select who, tenant, what, about from elt_ops.console_audit order by 1")
    assert len(rows) == before + 1
    assert ("olga", "acme", "quarantine.drop", {"record": 1, "reason": "rubbish"}) in rows
    for change in ("delete from", "truncate"):
        with pytest.raises(Exception, match="append-only"):
            console.query(f"{change} elt_ops.console_audit")


def test_errors_have_one_shape(console: Console) -> None:
    for who, path, code in (
        ("nobody", "/api/v1/tenants", "not_logged_in"),
        ("own", "/api/v1/tenants/bazaar", "not_found"),
        ("own", "/api/v1/nothing", "not_found"),
        ("own", "/api/v1/tenants/acme/loads?limit=0", "invalid"),
        ("own", "/api/v1/tenants/acme/loads?cursor=%3F%3F", "invalid"),
        ("viewer", "/api/v1/tenants/acme/quarantine/1", "forbidden"),
    ):
        error = console.ask(who, path).json()["error"]
        assert error["code"] == code and error["message"] and error["do"], path


def test_a_stopped_warehouse_is_503_everywhere(console: Console) -> None:
    url, console.url = console.url, "postgresql://nobody@127.0.0.1:1/nothing"
    try:
        down = Console(console.url)
        assert down.ask("own", "/api/v1/tenants/acme/loads").status_code == 503
        assert down.ask("nobody", "/api/v1/ready").status_code == 503
        assert down.ask("nobody", "/api/v1/health").json() == {"ok": True}
    finally:
        console.url = url


def test_pages_of_a_list_hold_every_row_once(console: Console) -> None:
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        found = console.ask("own", "/api/v1/tenants/acme/quarantine", params=params).json()
        seen += [row["quarantine_id"] for row in found["items"]]
        cursor = found["next"]
    assert seen == sorted(seen, reverse=True) and len(seen) == len(set(seen)) == 7
    assert "secret" not in json.dumps(found)


def test_who_has_it_already_is_told_so(console: Console) -> None:
    first = console.ask("own", "/api/v1/tenants/acme/loads")
    tag = {"If-None-Match": first.headers["etag"]}
    assert console.ask("own", "/api/v1/tenants/acme/loads", headers=tag).status_code == 304
    assert console.ask("own", "/api/v1/tenants/acme/quarantine", headers=tag).status_code == 200


def test_metrics_are_those_of_ones_own_tenants(console: Console) -> None:
    text = console.ask("other", "/metrics").text
    assert 'elt_feed_rows_read{feed="stripe",tenant="bazaar"} 10.0' in text.replace(
        'tenant="bazaar",feed="stripe"', 'feed="stripe",tenant="bazaar"'
    )
    assert "acme" not in text
    state = [line for line in text.splitlines() if 'state="failed"' in line and "stripe" in line]
    assert state and state[0].endswith(" 1.0")


def test_an_alert_is_answered_by_its_own_people(console: Console) -> None:
    query = "select state, who, because from elt_ops.alerts where alert_id = 2"
    path = "/api/v1/tenants/acme/alerts/2"
    body = {"what": "acknowledge", "because": "known"}
    # An id of another tenant's alert under one's own tenant's name.
    strange = path.replace("acme", "bazaar")
    assert console.ask("other", strange, "POST", json=body).status_code == 404
    states = {"acknowledge": "acknowledged", "mute": "muted", "resolve": "resolved"}
    for what, state in states.items():
        found = console.ask("own", path, "POST", json={**body, "what": what})
        assert found.status_code == 200
        assert [row[0] for row in console.query(query)] == [state]
    assert console.ask("own", path, "POST", json=body).status_code == 404
    listed = console.ask("own", "/api/v1/tenants/acme/alerts").json()["items"]
    assert [one["alert_id"] for one in listed] == [1]


def test_a_decision_is_kept_changed_and_taken_back(console: Console) -> None:
    path = "/api/v1/tenants/acme/identity/decisions"
    query = "select verdict, who, origin from acme_id.overrides where is_active"
    for verdict, rows in (
        ("must_link", [("must_link", "olga", "console")]),
        ("cannot_link", [("cannot_link", "olga", "console")]),
        ("none", []),
    ):
        body = {**BODIES["decisions"], "verdict": verdict}
        assert console.ask("own", path, "POST", json=body).status_code == 200
        assert console.query(query) == rows
    strangers = {**BODIES["decisions"], "right_id": "crm:a:9"}
    assert console.ask("own", path, "POST", json=strangers).status_code == 404
