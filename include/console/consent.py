"""A person's consent at a vendor: begun on a feed's page, ended once by the vendor's callback.

begin: rights, app -> state and verifier kept -> the vendor's address
end:   state of this person, taken out -> code -> token -> the feed's encrypted connection
"""

import secrets

from include.config.models import Feed
from include.config.settings import connection_from_env
from include.console.answers import Refusal, not_found
from include.console.visitor import Visitor
from include.core.errors import AccessDenied, ConfigError, MissingSecret, UpstreamError
from include.extract.http.consent import (
    App,
    Asked,
    build_address,
    build_app,
    build_verifier,
    fetch_fields,
    read_code,
)
from include.ledger.audit import run_record_audit
from include.ledger.stores.consents import Begun, run_begin, run_take

CALLBACK = "/oauth/callback"


def build_redirect_uri(base_url: str) -> str:
    """The one address vendors send people back to; registered with each app."""
    return f"{base_url}/elt{CALLBACK}"


def run_begin_consent(visitor: Visitor, tenant: str, feed_name: str) -> str:
    """Address of the vendor's page.

    Raises:
        Refusal: 404 for a feed whose vendor asks nobody; 409 where the environment gives the
            connection; 422 without the app's id and secret, or at a host that is not the vendor's.
    """
    visitor.act(tenant)
    if all(one.name != feed_name for one in visitor.see(tenant).feeds):
        # Saved this moment, by another process of the API server.
        visitor.fleet.reread_tenant(tenant)
        visitor = visitor.anew()
    feed = visitor.see_feed(tenant, feed_name)
    if feed.connector.consent is None:
        raise not_found()
    if connection_from_env(feed.connection_id) is not None:
        words = ("The environment gives this connection, and wins.", "Change it where it is set.")
        raise Refusal(409, "environment_wins", *words)
    app = _build_app(visitor, feed)
    asked = Asked(
        secrets.token_urlsafe(32),
        build_verifier(app.consent),
        build_redirect_uri(visitor.fleet.doors.base_url),
    )
    begun = Begun(tenant, feed_name, visitor.person.name, asked.verifier)
    with visitor.open_registry(tenant).connect() as connection:
        run_begin(connection, asked.state, begun)
        about = {"feed": feed_name, "scopes": list(app.scopes)}
        run_record_audit(connection, begun.who, tenant, "consent.begin", about)
    return build_address(app, asked)


def run_end_consent(visitor: Visitor, state: str, query: str) -> Begun:
    """Keep what the vendor gives for the code; the state is used up, whatever comes of it.

    Raises:
        Refusal: 400 for a state this person did not begin lately; 404 when the tenant is no longer
            theirs; 409 when the vendor did not consent.
    """
    with visitor.open_registries().connect() as connection:
        begun = run_take(connection, state, visitor.person.name)
    if begun is None:
        words = ("This consent was not begun by you, or too long ago.", "Start at the feed again.")
        raise Refusal(400, "unknown_consent", *words)
    visitor.act(begun.tenant)
    feed = visitor.see_feed(begun.tenant, begun.feed)
    app = _build_app(visitor, feed)
    redirect_uri = build_redirect_uri(visitor.fleet.doors.base_url)
    asked = Asked(state, begun.verifier, redirect_uri)
    try:
        kept = fetch_fields(app, asked, read_code(app, asked, query), query)
    except (AccessDenied, ConfigError, UpstreamError) as error:
        raise Refusal(409, "no_consent", error.message, "Go back to the feed.") from None
    dropped = dict.fromkeys(app.consent.drops, "")
    visitor.fleet.doors.save_connection(feed.connection_id, {**dropped, **kept})
    with visitor.open_registry(begun.tenant).connect() as connection:
        about = {"feed": begun.feed, "fields": sorted(kept)}
        run_record_audit(connection, begun.who, begun.tenant, "consent.end", about)
    return begun


def _build_app(visitor: Visitor, feed: Feed) -> App:
    consent = feed.connector.consent
    if consent is None:
        raise not_found()
    base_url = feed.connector.api.base_url if feed.connector.api else ""
    try:
        return build_app(consent, visitor.fleet.doors.fetch_credentials(feed), base_url)
    except (MissingSecret, ConfigError) as error:
        do = f"Keep `{consent.client_id}` and `{consent.client_secret}` first."
        raise Refusal(422, "no_app", error.message, do) from None
