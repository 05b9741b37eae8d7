"""A person lets a connector in at its vendor: every vendor of the sandbox, and every way it fails.

The vendor's page is really asked, its link really followed; what is kept really logs in.
"""

import html
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from cryptography.fernet import Fernet

from include.config.credentials import ConnectionFields, Credentials, build_credentials
from include.core.errors import MissingSecret
from include.sandbox.serve.connections import build_connection
from include.sandbox.serve.vendors import load_vendors
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.meta_ads.app import APP_ID, APP_SECRET
from include.sandbox.world import WorldSpec
from tests.integration.console_case import Console, write_world

# vendor -> whose account, what the consent must leave in the connection, its page, its token
VENDORS = {
    "quickbooks": ("acme", {"refresh_token", "realm_id"}, "/connect/oauth2", ""),
    "gohighlevel": ("summit", {"refresh_token", "location_id"}, "/oauth/chooselocation", ""),
    "salesforce": ("summit", {"refresh_token"}, "", ""),
    "shopify": ("acme", {"refresh_token"}, "", ""),
    "google_ads": ("acme", {"refresh_token"}, "/o/oauth2/v2/auth", ""),
    "google_analytics": ("acme", {"refresh_token"}, "/o/oauth2/v2/auth", ""),
    "meta_ads": ("acme", {"password"}, "/v26.0/dialog/oauth", "/v26.0/oauth/access_token"),
}
# What nobody has before somebody agreed.
GIVEN = ("refresh_token", "realm_id", "location_id")
TENANT = """
tenant: acme
name: Acme
owner: acme-people
feeds:
  {vendor}: {{start_date: 2026-06-01}}
"""


class Vault(Console):
    """A console whose connections are kept in memory, as Airflow keeps them."""

    def __init__(self, url: str) -> None:
        self.fields: dict[str, Any] = {}
        super().__init__(url)

    def _no_credentials(self, feed: Any) -> Credentials:
        if not self.fields:
            raise MissingSecret("none")
        own = ("host", "login", "password", "conn_type")
        given = {name: self.fields[name] for name in own if self.fields.get(name)}
        extra = {name: text for name, text in self.fields.items() if name not in own}
        return build_credentials(ConnectionFields(feed.connection_id, extra=extra, **given))

    def _keep(self, name: str, fields: Mapping[str, str]) -> None:
        super()._keep(name, fields)
        self.fields |= fields


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running_sandbox(WorldSpec(size=40)) as url:
        yield url


@pytest.fixture
def console(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_REGISTRY_DIR", str(tmp_path / "registry"))
    monkeypatch.setenv("ELT_ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", Fernet.generate_key().decode())
    write_world(warehouse, tmp_path)
    return Vault(warehouse)


def prepare(console: Vault, sandbox: str, vendor: str) -> None:
    """acme has a feed of this vendor, and its connection an app's id and secret and no more."""
    settings = Path(os.environ["ELT_TENANTS_DIR"])
    (settings / "acme.yaml").write_text(TENANT.format(vendor=vendor))
    console.fleet.reread_tenant("acme")
    owner, _, page, token = VENDORS[vendor]
    found = build_connection(sandbox, vendor, load_vendors()[vendor].credentials[owner])
    console.fields = {**found, **found.pop("extra")}
    console.fields.pop("extra", None)
    if vendor == "meta_ads":
        console.fields |= {"app_id": APP_ID, "app_secret": APP_SECRET}
        console.fields.pop("password")
    for name in GIVEN:
        console.fields.pop(name, None)
    if page:
        console.fields["authorize_url"] = f"{sandbox}/{vendor}{page}"
    if token:
        console.fields["token_url"] = f"{sandbox}/{vendor}{token}"


def begin(console: Vault, vendor: str, who: str = "own") -> str:
    found = console.ask(who, f"/api/v1/tenants/acme/feeds/{vendor}/consent", "POST", json={})
    assert found.status_code == 200, found.text
    return str(found.json()["address"])


def agree(address: str, choice: str = "Allow") -> str:
    """Query of the first link at the vendor whose text begins so."""
    page = requests.get(address, timeout=10)
    assert page.status_code == 200, page.text
    links = re.findall(r'href="([^"]+)">([^<]+)<', page.text)
    chosen = next(link for link, text in links if text.startswith(choice))
    link = urlsplit(html.unescape(chosen))
    assert link._replace(query="").geturl() == "http://testserver/elt/oauth/callback"
    return link.query


def come_back(console: Vault, query: str, who: str = "own") -> Any:
    return console.ask(who, f"/oauth/callback?{query}")


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_consent_logs_the_feed_in(console: Vault, sandbox: str, vendor: str) -> None:
    """From the feed's page to the vendor and back; the connection then reaches every stream."""
    prepare(console, sandbox, vendor)
    address = begin(console, vendor)
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == ["http://testserver/elt/oauth/callback"]
    assert len(asked["state"][0]) >= 40
    found = come_back(console, agree(address))
    assert found.status_code == 303, found.text
    assert found.headers["location"] == f"/tenants/acme/feeds/{vendor}/edit?connected=1"
    [(name, kept)] = console.kept
    assert name == f"acme__{vendor}" and VENDORS[vendor][1] <= {n for n, t in kept.items() if t}
    tested = console.ask("own", f"/api/v1/tenants/acme/feeds/{vendor}/test", "POST", json={})
    assert tested.status_code == 200, tested.text
    assert {step["state"] for step in tested.json()["items"]} <= {"ok"}, tested.text
    audit = console.ask("own", "/api/v1/tenants/acme/audit").text
    assert '"consent.begin"' in audit and '"consent.end"' in audit
    for secret in kept.values():
        assert not secret or secret.isdigit() or secret not in audit


PKCE = ("salesforce", "google_ads", "google_analytics")


@pytest.mark.parametrize("vendor", PKCE)
def test_the_code_is_worth_nothing_without_the_verifier(
    console: Vault, sandbox: str, vendor: str
) -> None:
    """Who steals a code has no verifier: the vendor refuses, and nothing is kept."""
    prepare(console, sandbox, vendor)
    address = begin(console, vendor)
    assert parse_qs(urlsplit(address).query)["code_challenge_method"] == ["S256"]
    key = Fernet(os.environ["AIRFLOW__CORE__FERNET_KEY"])
    other = key.encrypt(b"x" * 64).decode()
    console.query(f"update elt_ops.consents set sealed = '{other}' returning 1")
    found = come_back(console, agree(address))
    assert (found.status_code, console.kept) == (409, [])


def test_another_person_cannot_end_a_consent(console: Vault, sandbox: str) -> None:
    """A callback that is sent to somebody else (login CSRF) connects nothing of theirs."""
    prepare(console, sandbox, "salesforce")
    query = agree(begin(console, "salesforce"))
    for who in ("viewer", "admin", "other", "confined"):
        found = come_back(console, query, who)
        assert found.status_code == 400 and "acme" not in found.text, who
    assert come_back(console, query, "nobody").status_code == 303
    assert console.kept == []
    assert come_back(console, query).status_code == 303 and len(console.kept) == 1


def test_a_callback_works_once(console: Vault, sandbox: str) -> None:
    prepare(console, sandbox, "salesforce")
    query = agree(begin(console, "salesforce"))
    assert come_back(console, query).status_code == 303
    assert come_back(console, query).status_code == 400
    assert len(console.kept) == 1


def test_what_was_begun_long_ago_has_ended(console: Vault, sandbox: str) -> None:
    prepare(console, sandbox, "salesforce")
    query = agree(begin(console, "salesforce"))
    console.query(
        "update elt_ops.consents set begun_at = now() - interval '16 minutes' returning 1"
    )
    assert come_back(console, query).status_code == 400
    assert console.kept == []


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=", "state=guessed&code=x", "state=%00&code=x"]
)
def test_what_nobody_began_is_refused(console: Vault, query: str) -> None:
    found = come_back(console, query)
    assert found.status_code == 400, found.text
    assert found.headers["content-type"].startswith("text/html") and console.kept == []


def test_the_way_back_is_nobodys_to_choose(console: Vault, sandbox: str) -> None:
    """No parameter of the callback decides where the browser goes (open redirect)."""
    prepare(console, sandbox, "salesforce")
    query = agree(begin(console, "salesforce"))
    more = urlencode(dict.fromkeys(("next", "redirect_uri", "feed"), "https://evil.example/"))
    found = come_back(console, f"{query}&{more}")
    assert found.headers["location"] == "/tenants/acme/feeds/salesforce/edit?connected=1"


def test_who_refuses_leaves_everything_as_it_was(console: Vault, sandbox: str) -> None:
    prepare(console, sandbox, "salesforce")
    found = come_back(console, agree(begin(console, "salesforce"), "Refuse"))
    assert (found.status_code, console.kept) == (409, [])
    assert "access_denied" in found.text


@pytest.mark.parametrize("field", ["code", "shop", "timestamp", "hmac"])
def test_a_shop_answer_is_signed_as_a_whole(console: Vault, sandbox: str, field: str) -> None:
    """Shopify signs what it comes back with; one letter changed, and it is not from Shopify."""
    prepare(console, sandbox, "shopify")
    given = dict(parse_qsl(agree(begin(console, "shopify"))))
    found = come_back(console, urlencode({**given, field: given[field] + "0"}))
    assert (found.status_code, console.kept) == (409, [])
    assert "not signed" in found.text


@pytest.mark.parametrize(
    "host",
    [
        *("https://evil.example", "https://x.myshopify.com.evil.example", "http://x.myshopify.com"),
        *("https://evilmyshopify.com", "https://x.myshopify.com@evil.example"),
    ],
)
def test_the_secret_of_an_app_goes_to_its_vendor_alone(
    console: Vault, sandbox: str, host: str
) -> None:
    """Whoever may name a feed's host may not have the app's secret sent there."""
    prepare(console, sandbox, "shopify")
    console.fields["host"] = host
    found = console.ask("own", "/api/v1/tenants/acme/feeds/shopify/consent", "POST", json={})
    assert found.status_code == 422 and "host" in found.json()["error"]["message"]
    assert "shpss" not in found.text and console.query("select count(*) from elt_ops.consents") == [
        (0,)
    ]


def test_without_an_app_nobody_is_asked(console: Vault, sandbox: str) -> None:
    prepare(console, sandbox, "quickbooks")
    del console.fields["password"]
    found = console.ask("own", "/api/v1/tenants/acme/feeds/quickbooks/consent", "POST", json={})
    assert found.status_code == 422 and "password" in found.json()["error"]["do"]


def test_only_vendors_that_ask_people(console: Vault) -> None:
    found = console.ask("own", "/api/v1/tenants/acme/feeds/stripe/consent", "POST", json={})
    assert found.status_code == 404


def test_the_state_itself_is_not_kept(console: Vault, sandbox: str) -> None:
    prepare(console, sandbox, "google_ads")
    asked = parse_qs(urlsplit(begin(console, "google_ads")).query)
    [(row,)] = console.query("select t::text from elt_ops.consents as t")
    assert asked["state"][0] not in row and "gAAAA" in row
