"""What programs send: tokens, repeated requests, too many of them, and files."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.console import gate, uploads
from include.console.webhooks.limits import Limits
from tests.integration.console_case import Console, write_world

TOKENS = "/api/v1/tenants/acme/tokens"
DROP = "/api/v1/tenants/acme/quarantine/1/drop"
UPLOADS = "/api/v1/tenants/acme/feeds/till/uploads"
PREVIEW = "/api/v1/tenants/acme/feeds/till/preview"
HOOK = {"connector": "webhook", "start_date": "2026-01-01", "options": {"verify": "hmac"}}


@pytest.fixture
def console(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_REGISTRY_DIR", str(tmp_path / "registry"))
    monkeypatch.setenv("ELT_FILES_ROOT", str(tmp_path / "data"))
    write_world(warehouse, tmp_path, registered=True)
    yield Console(warehouse)


def come(console: Console, token: str, path: str, method: str = "GET", **given: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}", **given.pop("headers", {})}
    return console.ask("nobody", path, method, headers=headers, **given)


def make(console: Console, **said: Any) -> tuple[int, str]:
    found = console.ask("own", TOKENS, "POST", json={"name": "till", **said})
    assert found.status_code == 201, found.text
    return found.json()["token_id"], found.json()["token"]


def test_a_token_is_one_tenants_and_of_its_scope(console: Console) -> None:
    _, reader = make(console)
    number, writer = make(console, scope="write")
    for token in (reader, writer):
        assert come(console, token, "/api/v1/tenants/acme/loads").status_code == 200
        assert come(console, token, "/api/v1/tenants/bazaar/loads").status_code == 404
        assert come(console, token, "/api/v1/me").json()["tenants"] == ["acme"]
        assert come(console, token, "/api/v1/tenants", "POST", json={}).status_code in (403, 422)
        assert come(console, token, TOKENS, "POST", json={"name": "more"}).status_code == 403
    assert come(console, reader, DROP, "POST", json={"reason": "x"}).status_code == 403
    assert come(console, writer, DROP, "POST", json={"reason": "x"}).status_code == 200
    assert console.ask("own", f"{TOKENS}/{number}", "DELETE").status_code == 200
    assert come(console, writer, "/api/v1/me").status_code == 401
    assert console.ask("own", f"{TOKENS}/{number}", "DELETE").status_code == 404


def test_a_token_is_shown_once_and_kept_as_a_digest(console: Console) -> None:
    number, token = make(console)
    assert token not in console.ask("own", TOKENS).text
    kept = console.query("select * from elt_ops.service_tokens")
    assert all(token not in str(row) for row in kept)
    assert token not in str(console.query("select * from elt_ops.console_audit"))
    console.query(
        "update elt_ops.service_tokens set expires_at = now() - interval '1 s' returning 1"
    )
    assert come(console, token, "/api/v1/me").status_code == 401
    for wrong in ("elt_", "elt_" + "x" * 5_000, token[:-1]):
        assert come(console, wrong, "/api/v1/me").status_code == 401
    assert number > 0


def test_a_request_sent_twice_is_done_once(console: Console) -> None:
    path, key = "/api/v1/tenants/acme/feeds", {"Idempotency-Key": "k-1"}
    body = {"feed": "further", "spec": HOOK}
    first = console.ask("own", path, "POST", json=body, headers=key)
    again = console.ask("own", path, "POST", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json() and again.headers["idempotency-replayed"] == "true"
    assert console.query("select count(*) from elt_ops.feeds where feed = 'further'") == [(1,)]
    other = {**body, "feed": "another"}
    reused = console.ask("own", path, "POST", json=other, headers=key)
    assert (reused.status_code, reused.json()["error"]["code"]) == (422, "key_reused")
    # Somebody else's key of the same name is another key.
    assert console.ask("admin", path, "POST", json=other, headers=key).status_code == 201
    wrong = {"feed": "third", "spec": {**HOOK, "schedule": "never"}}
    refused = {"Idempotency-Key": "k-2"}
    assert console.ask("own", path, "POST", json=wrong, headers=refused).status_code == 422
    right = {"feed": "third", "spec": HOOK}
    assert console.ask("own", path, "POST", json=right, headers=refused).status_code == 201


def test_too_many_writes_of_one_person(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "build_limits", lambda: Limits(0.001, 3.5))
    console = Console(console.url)
    path, body = "/api/v1/tenants/acme/quarantine/99/drop", {"reason": "x"}
    seen = [console.ask("own", path, "POST", json=body).status_code for _ in range(5)]
    assert seen == [404, 404, 404, 429, 429]
    assert console.ask("own", path, "POST", json=body).headers["retry-after"]
    assert console.ask("own", "/api/v1/me").status_code == 200
    assert console.ask("admin", path, "POST", json=body).status_code == 404


def workbook(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"xl/workbook.xml": b"<x/>", **parts}.items():
            archive.writestr(name, content)
    return made.getvalue()


CSV = b"sku,name,price\nA-1,=cmd|' /C calc'!A0,9.50\nA-2,Tea,3.00\n"


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("sales.csv", CSV, 200),
        ("sales.exe", CSV, 422),
        ("..%2f..%2facme.yaml", CSV, 404),
        (".hidden.csv", CSV, 422),
        ("sales.csv", b"", 422),
        ("sales.csv", b"MZ\x90\x00\x03", 422),
        ("sales.csv", b"a,b\n1,\x00\n", 422),
        ("sales.csv", "a,b\n1,2\n".encode("utf-16"), 200),
        ("sales.csv", workbook({}), 422),
        ("sales.xlsx", CSV, 422),
        ("sales.xlsx", workbook({}), 200),
        ("sales.xlsx", workbook({"xl/vbaProject.bin": b"x"}), 422),
        ("sales.xlsx", workbook({"xl/worksheets/sheet1.xml": b" " * 60_000_000}), 422),
        ("sales.xlsx", workbook({f"p{n}": b"" for n in range(5_001)}), 422),
    ],
)
def test_uploads_are_what_they_say(
    console: Console, tmp_path: Path, name: str, content: bytes, status: int
) -> None:
    found = console.ask("own", f"{UPLOADS}/{name}", "PUT", content=content)
    assert found.status_code == status, found.text
    folder = tmp_path / "data" / "acme" / "uploads" / "till"
    kept = sorted(path.name for path in folder.glob("*")) if folder.exists() else []
    assert kept == ([name] if status == 200 else [])


@pytest.mark.parametrize("where", ["uploads", "uploads/till"])
@pytest.mark.parametrize("target", ["data/bazaar/in", "registry/tenants", "itself"])
def test_uploads_follow_no_link_into_another_tenants_folder(
    console: Console, tmp_path: Path, where: str, target: str
) -> None:
    """Who may write into a tenant's folder made `uploads` a link: files were put, listed and
    taken away where another tenant's lie."""
    other = tmp_path / target
    link = tmp_path / "data" / "acme" / where
    if target != "itself":
        other.mkdir(parents=True, exist_ok=True)
        (other / "sales.csv").write_text("theirs")
        if where == "uploads":
            (other / "till").mkdir()
            (other / "till" / "sales.csv").write_text("theirs")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(link if target == "itself" else other)
    asked = {
        "PUT": console.ask("own", f"{UPLOADS}/sales.csv", "PUT", content=CSV),
        "GET": console.ask("own", UPLOADS),
        "DELETE": console.ask("own", f"{UPLOADS}/sales.csv", "DELETE"),
    }
    assert {how: found.status_code for how, found in asked.items()} == dict.fromkeys(asked, 422)
    if target != "itself":
        assert {path.read_text() for path in other.rglob("sales.csv")} == {"theirs"}


def test_an_upload_that_is_too_large_leaves_nothing(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    assert console.ask("own", f"{UPLOADS}/a.csv", "PUT", content=CSV).status_code == 413
    assert [p for p in (tmp_path / "data").rglob("*") if p.is_file()] == []


def test_formulas_are_said_and_never_computed(console: Console) -> None:
    sheet = {"xl/worksheets/sheet1.xml": b"<c><f>1+1</f><v>2</v></c>"}
    found = console.ask("own", f"{UPLOADS}/a.xlsx", "PUT", content=workbook(sheet)).json()
    assert "formulas" in found["notices"][0]


def test_an_uploaded_file_is_seen_before_it_is_loaded(console: Console) -> None:
    """Types and key are found, shown, and can be corrected in the feed; a formula stays a text."""
    console.ask("own", f"{UPLOADS}/sales.csv", "PUT", content=CSV)
    listed = console.ask("own", UPLOADS).json()["items"]
    assert [(one["path"], one["file"]) for one in listed] == [("uploads/till", "sales.csv")]
    options = {"path": "uploads/till", "settle_seconds": 0}
    spec = {"connector": "files", "start_date": "2026-01-01", "options": options}
    shown = console.ask(
        "own", f"{UPLOADS.removesuffix('/uploads')}/preview", "POST", json={"spec": spec}
    )
    assert shown.status_code == 200, shown.text
    found = shown.json()
    assert found["stream"] == "sales" and found["types"]["price"] == "numeric"
    assert "=cmd|' /C calc'!A0" in found["rows"][0]
    options["streams"] = (
        "sales: {files: ['*.csv'], primary_key: [sku], columns: {sku: text, price: text}}"
    )
    again = console.ask(
        "own", f"{UPLOADS.removesuffix('/uploads')}/preview", "POST", json={"spec": spec}
    )
    assert again.json()["types"]["price"] == "text" and again.json()["key"] == ["sku"]
    assert console.ask("own", f"{UPLOADS}/sales.csv", "DELETE").json()["count"] == 1
    assert console.ask("own", UPLOADS).json()["items"] == []


REPLAY = "/api/v1/tenants/acme/quarantine/1/replay"


def test_a_record_is_mended_and_loaded_again(console: Console) -> None:
    """The edited payload is loaded by the ordinary loader; what still does not fit stays open."""
    newest = "select max(quarantine_id) from elt_ops.quarantine where state = 'open'"
    console.query("update elt_ops.quarantine set form = 'record' returning 1")
    still = console.ask("own", REPLAY, "POST", json={"payload": "{}", "reason": "try"})
    assert (still.status_code, still.json()["done"]) == (200, "still_bad"), still.text
    path = REPLAY.replace("/1/", f"/{console.query(newest)[0][0]}/")
    for wrong in ("[1]", "{", "x" * 10, "[" * 100_000):
        found = console.ask("own", path, "POST", json={"payload": wrong})
        assert found.status_code == 422, found.text
    payload = '{"id": "ch_1", "amount": 500, "currency": "usd", "created": 1790000000}'
    done = console.ask("own", path, "POST", json={"payload": payload, "reason": "typo"})
    assert (done.status_code, done.json()) == (200, {"done": "settled", "count": 1}), done.text
    assert console.query("select id, amount from acme_raw_stripe.charges") == [("ch_1", 500)]
    assert console.ask("own", path, "POST", json={}).status_code == 404
    rows = console.query("select about from elt_ops.console_audit where what = 'quarantine.replay'")
    assert [row[0]["edited"] for row in rows] == [True, True]
