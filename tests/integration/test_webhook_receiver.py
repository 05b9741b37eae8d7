"""The webhook receiver over HTTP on a real PostgreSQL: proven, kept once, refused alike."""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request
from starlette.testclient import TestClient

from include.config.credentials import Credentials
from include.console.app import build_app
from include.console.doors import Doors
from include.console.webhooks.receiver import Receiver
from include.core.errors import MissingSecret
from include.ledger import ddl
from tests.bench import bench_webhooks

TENANT = """
tenant: shop
name: Shop
owner: o
feeds:
  stripe: {start_date: 2026-01-01, options: {webhooks: true}}
  pulled: {connector: stripe, start_date: 2026-01-01}
  shopify_hooks: {connector: webhook, start_date: 2026-01-01, options: {verify: shopify}}
  square_hooks: {connector: webhook, start_date: 2026-01-01, options: {verify: square}}
  calls: {connector: webhook, start_date: 2026-01-01, options: {verify: callrail}}
  leads: {connector: webhook, start_date: 2026-01-01, options: {verify: meta}}
  crm: {connector: webhook, start_date: 2026-01-01, options: {verify: gohighlevel}}
  slack:
    connector: webhook
    start_date: 2026-01-01
    options:
      verify: hmac
      header: X-Slack-Signature
      prefix: v0=
      signed: "v0:{timestamp}:{body}"
      timestamp: header:X-Slack-Request-Timestamp
      event_id: event_id
      event_type: type
  nosecret: {connector: webhook, start_date: 2026-01-01, options: {verify: hmac}}
"""
BASE = "https://elt.example/airflow"
ED25519 = Ed25519PrivateKey.generate()
RSA = generate_private_key(65537, 2048)
KEYS = [
    one.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for one in (ED25519, RSA)
]
SECRETS = {
    "stripe": {"webhook_secret": "whsec_new", "old_webhook_secret": "whsec_old"},
    "leads": {"password": "s3cret", "verify_token": "hello meta"},
    "crm": {"password": KEYS[0], "old_password": KEYS[1]},
}


class Site:
    """The app as a vendor meets it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.woken: list[list[tuple[str, str]]] = []
        doors = Doors(
            fetch_credentials=self._credentials,
            fetch_warehouse_url=lambda tenant: self.url,
            fetch_person=None,  # type: ignore[arg-type]  # no webhook asks who logs in
            wake_drain=lambda places: self.woken.append(list(places)),
            base_url=BASE,
        )
        self.receiver = Receiver(doors, most_bytes=10_000)
        self.client = TestClient(build_app(doors, self.receiver))

    def _credentials(self, feed: Any) -> Credentials:
        if feed.name == "nosecret":
            raise MissingSecret("none")
        return Credentials("x", fields=SECRETS.get(feed.name, {"password": "s3cret"}))

    def post(self, feed: str, body: bytes, tenant: str = "shop", **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/webhooks/{tenant}/{feed}", content=body, headers=named)

    def kept(self, columns: str = "feed, event_id, event_type") -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            query = f"select {columns} from elt_ops.inbox order by inbox_id"
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
def site(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    (tmp_path / "shop.yaml").write_text(TENANT)
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    with psycopg.connect(warehouse) as connection:
        ddl.run_migrations(connection)
        connection.execute("truncate elt_ops.inbox")
    yield Site(warehouse)


def mac(body: bytes, secret: str = "s3cret", digest: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), body, getattr(hashlib, digest)).digest()


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def stripe_headers(body: bytes, secret: str = "whsec_new", at: float | None = None) -> str:
    at = int(time.time() if at is None else at)
    return f"t={at},v1={mac(f'{at}.'.encode() + body, secret).hex()}"


def test_a_stripe_event_is_kept_once_and_wakes_the_drain(site: Site) -> None:
    """Sent twice, with the new secret and with the one being replaced: one row, two answers 200."""
    body = json.dumps({"id": "evt_1", "type": "charge.refunded", "created": 1730708760}).encode()
    first = site.post("stripe", body, Stripe_Signature=stripe_headers(body))
    assert (first.status_code, first.content) == (200, b"")
    assert site.kept() == [("stripe", "evt_1", "charge.refunded")]
    again = site.post("stripe", body, Stripe_Signature=stripe_headers(body, "whsec_old"))
    assert (again.status_code, again.content) == (200, b"")
    assert len(site.kept()) == 1
    until = time.monotonic() + 5
    while not site.woken and time.monotonic() < until:
        time.sleep(0.01)
    assert site.woken == [[("shop", "stripe")]]


def _genuine() -> dict[str, Callable[[bytes], dict[str, str]]]:
    """How each vendor signs; the feed's name -> headers for a body."""
    square = f"{BASE}/elt/webhooks/shop/square_hooks".encode()
    now = str(int(time.time()))
    return {
        "shopify_hooks": lambda body: {
            "X-Shopify-Hmac-Sha256": b64(mac(body)),
            "X-Shopify-Webhook-Id": "w1",
            "X-Shopify-Topic": "orders/create",
        },
        "square_hooks": lambda body: {"x-square-hmacsha256-signature": b64(mac(square + body))},
        "calls": lambda body: {"Signature": b64(mac(body, digest="sha1"))},
        "leads": lambda body: {"X-Hub-Signature-256": f"sha256={mac(body).hex()}"},
        "crm": lambda body: {"X-GHL-Signature": b64(ED25519.sign(body))},
        "slack": lambda body: {
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": f"v0={mac(f'v0:{now}:'.encode() + body).hex()}",
        },
    }


NOW = datetime.now(UTC).isoformat()
BODY = json.dumps(
    {"event_id": "e1", "webhookId": "e1", "type": "order.created", "timestamp": NOW}
).encode()


@pytest.mark.parametrize("feed", sorted(_genuine()))
def test_each_vendor_gets_in_by_its_own_signature_only(site: Site, feed: str) -> None:
    headers = _genuine()[feed](BODY)
    wrong = {**headers}
    name = next(n for n in wrong if "sign" in n.lower() or "hmac" in n.lower())
    wrong[name] = wrong[name][:-6] + "AAAAA="
    post = site.client.post
    for refused in (wrong, {k: v for k, v in headers.items() if k != name}):
        assert post(f"/webhooks/shop/{feed}", content=BODY, headers=refused).status_code == 404
    assert post(f"/webhooks/shop/{feed}", content=BODY + b" ", headers=headers).status_code == 404
    assert post(f"/webhooks/shop/{feed}", content=BODY, headers=headers).status_code == 200
    assert post(f"/webhooks/shop/{feed}", content=BODY, headers=headers).status_code == 200
    assert [row[0] for row in site.kept()] == [feed]


def test_the_older_signature_of_gohighlevel_is_known(site: Site) -> None:
    made = b64(RSA.sign(BODY, PKCS1v15(), hashes.SHA256()))
    assert site.post("crm", BODY, x_wh_signature=made).status_code == 200
    assert site.kept("event_id, event_type") == [("e1", "order.created")]


@pytest.mark.parametrize("feed", ["crm", "calls", "slack"])
def test_a_request_of_last_week_is_refused(site: Site, feed: str) -> None:
    """Its signature is right: whoever recorded it must not be able to send it again for ever."""
    body = BODY.replace(NOW.encode(), b"2026-01-01T00:00:00Z")
    headers = _genuine()[feed](body)
    if feed == "slack":
        made = mac(b"v0:1700000000:" + body).hex()
        headers = {"X-Slack-Request-Timestamp": "1700000000", "X-Slack-Signature": f"v0={made}"}
    found = site.client.post(f"/webhooks/shop/{feed}", content=body, headers=headers)
    assert found.status_code == 404


def test_metas_handshake_needs_the_word_it_was_given(site: Site) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "hello meta", "hub.challenge": "11584"}
    found = site.client.get("/webhooks/shop/leads", params=asked)
    assert (found.status_code, found.text) == (200, "11584")
    assert found.headers["content-type"].startswith("text/plain")
    for change in (
        {"hub.verify_token": "hello"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>alert(1)</script>"},
    ):
        assert site.client.get("/webhooks/shop/leads", params=asked | change).status_code == 404
    empty = asked | {"hub.verify_token": ""}
    assert site.client.get("/webhooks/shop/stripe", params=empty).status_code == 404


def test_each_lead_of_metas_list_is_an_event(site: Site) -> None:
    leads = [
        {"field": "leadgen", "value": {"leadgen_id": str(n), "page_id": "9"}} for n in range(3)
    ]
    entry = {"id": "9", "time": 1730708760, "changes": leads}
    body = json.dumps({"object": "page", "entry": [entry, {"id": "8", "changes": []}]}).encode()
    headers = {"X-Hub-Signature-256": f"sha256={mac(body).hex()}"}
    assert site.client.post("/webhooks/shop/leads", content=body, headers=headers).is_success
    rows = site.kept("event_type, body, occurred_at")
    assert [json.loads(text)["value"]["leadgen_id"] for _, text, _ in rows] == ["0", "1", "2"]
    assert {(kind, at) for kind, _, at in rows} == {
        ("leadgen", datetime(2024, 11, 4, 8, 26, tzinfo=UTC))
    }


def test_refusals_look_alike(site: Site) -> None:
    """Whoever guesses learns nothing: one status, no body, the same headers."""
    good = {"Stripe-Signature": stripe_headers(b"{}")}
    cases = {
        "wrong signature": ("shop/stripe", b"{}", {"Stripe-Signature": "t=1,v1=00"}),
        "no signature": ("shop/stripe", b"{}", {}),
        "replayed": ("shop/stripe", b"{}", {"Stripe-Signature": stripe_headers(b"{}", at=1)}),
        "no secret": ("shop/nosecret", b"{}", {"X-Signature": mac(b"{}").hex()}),
        "a feed without webhooks": ("shop/pulled", b"{}", good),
        "no such feed": ("shop/nothing", b"{}", good),
        "no such tenant": ("nobody/stripe", b"{}", good),
        "a path": ("..%2f..%2fetc/stripe", b"{}", good),
        "an odd name": ("shop/str%00ipe", b"{}", good),
        "too long": ("shop/stripe", b"x" * 20_000, good),
    }
    answers = {
        name: site.client.post(f"/webhooks/{path}", content=body, headers=headers)
        for name, (path, body, headers) in cases.items()
        if name != "a path"
    }
    shown = {
        name: (a.status_code, a.content, tuple(a.headers.items())) for name, a in answers.items()
    }
    assert len(set(shown.values())) == 1, shown
    assert next(iter(shown.values()))[:2] == (404, b"")
    path, body, headers = cases["a path"]
    assert site.client.post(f"/webhooks/{path}", content=body, headers=headers).status_code == 404
    assert site.kept() == []


def test_a_long_body_without_its_length_is_not_read_to_the_end(site: Site) -> None:
    """A chunked request of gigabytes was held in memory before anybody looked at its length."""
    read: list[int] = []

    async def receive_part() -> dict[str, Any]:
        read.append(len(read))
        return {"type": "http.request", "body": b"x" * 1_000, "more_body": True}

    scope = {"type": "http", "method": "POST", "headers": [], "path": "/", "query_string": b""}
    asked = site.receiver.receive(Request(scope, receive_part), "shop", "stripe")
    assert asyncio.run(asked).status_code == 404
    assert len(read) == 11


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\xfe",
        b'{"id": "\\ud800", "type": "x\\u0000y"}',
        b'{"id": {"a": 1}, "type": ["x"], "created": "never"}',
        b"[" * 100_0,
        b'{"id": "evt", "type": "t", "created": 1e400}',
        b'{"id": "evt", "type": "t", "created": -99999999999999}',
        b'{"id": "' + b"9" * 5_000 + b'", "type": "t"}',
        b"[1, 2, 3]",
        "{'id': 'ü'}".encode("latin-1"),
    ],
)
def test_whatever_a_sender_signs_is_kept(site: Site, body: bytes) -> None:
    """A lone surrogate in an id was a 500: valid JSON, and no text for the database."""
    found = site.post("stripe", body, Stripe_Signature=stripe_headers(body))
    assert found.status_code == 200
    assert len(site.kept()) == 1


def test_many_at_once_are_all_kept_and_none_twice(site: Site) -> None:
    def send(number: int) -> int:
        body = json.dumps({"id": f"evt_{number % 150}", "type": "t"}).encode()
        found = site.post("stripe", body, Stripe_Signature=stripe_headers(body))
        return int(found.status_code)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(send, range(300))) == {200}
    assert sorted(key for _, key, _ in site.kept()) == sorted(f"evt_{n}" for n in range(150))


def test_a_stopped_database_is_told_to_the_sender(site: Site, warehouse: str) -> None:
    """503 makes the vendor come again; what was answered 200 is there, and then it goes on."""
    body = json.dumps({"id": "evt_1", "type": "t"}).encode()
    site.url = "postgresql://nobody@127.0.0.1:1/nothing"
    down = site.post("stripe", body, Stripe_Signature=stripe_headers(body))
    assert down.status_code == 503 and down.headers["retry-after"] == "30"
    other = Site(warehouse)
    assert other.post("stripe", body, Stripe_Signature=stripe_headers(body)).status_code == 200
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'elt' and pid <> pg_backend_pid()"
        )
    later = json.dumps({"id": "evt_2", "type": "t"}).encode()
    assert other.post("stripe", later, Stripe_Signature=stripe_headers(later)).status_code == 200
    assert [key for _, key, _ in other.kept()] == ["evt_1", "evt_2"]


def test_a_database_that_hangs_is_not_waited_for(site: Site, warehouse: str) -> None:
    """Shopify hangs up after five seconds and counts a failure; 503 in four is an answer."""
    body = json.dumps({"id": "evt_1", "type": "t"}).encode()
    assert site.post("stripe", body, Stripe_Signature=stripe_headers(body)).status_code == 200
    release = threading.Event()

    def hold() -> None:
        with psycopg.connect(warehouse) as connection:
            connection.execute("lock table elt_ops.inbox")
            locked.set()
            release.wait(30)

    locked = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(10)
    try:
        later = json.dumps({"id": "evt_2", "type": "t"}).encode()
        began = time.monotonic()
        found = site.post("stripe", later, Stripe_Signature=stripe_headers(later))
        assert found.status_code == 503 and time.monotonic() - began < 5
    finally:
        release.set()
        holder.join()


def test_the_load_generator_counts_what_it_sends() -> None:
    """`make bench webhooks`, three seconds of it: all stored, none twice, none refused."""
    rows = {row.name.split(", ", 2)[2]: row for row in bench_webhooks.run(seconds=3)}
    assert rows["not answered 200"].value == 0
    assert rows["missing of 540"].value == 0
    assert rows["stored twice"].value == 0
    assert rows["p99"].value >= rows["p50"].value > 0
