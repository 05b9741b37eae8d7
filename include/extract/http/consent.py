"""A person's consent at a vendor (OAuth 2, authorization code), from address to token.

Data flow: facts of connector.yaml + the app's id -> address of the vendor's page -> what it comes
back with, checked -> token request -> fields for the feed's connection. oauthlib writes and reads
the protocol; requests go through the guarded session, without redirects. Nothing is stored here.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from oauthlib.oauth2 import WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import MismatchingStateError, OAuth2Error
from requests.auth import AuthBase, HTTPBasicAuth

from include.config.blocks.consent import Consent
from include.config.credentials import Credentials
from include.config.walls.allowed_hosts import is_named
from include.core.errors import AccessDenied, ConfigError, UpstreamUnavailable
from include.extract.http.auth import NoAuth
from include.extract.http.session import request_once

TIMEOUT_S = (10.0, 30.0)
# oauthlib reads https only; whether ours came by https is the business of the server before us.
_SAFE = "https://callback/?"


@dataclass(frozen=True)
class App:
    """The vendor's app that asks, and where.

    Attributes:
        host: Base URL a `{host}` of the facts stands for.
        scopes: Rights asked for: the connection's `scope`, else those of the facts.
    """

    consent: Consent
    authorize_url: str
    token_url: str
    host: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What must come back to this very request.

    Attributes:
        verifier: PKCE's secret; empty where the vendor knows none.
    """

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str


def build_app(consent: Consent, credentials: Credentials, base_url: str) -> App:
    """Id, secret and addresses from the feed's connection.

    Raises:
        MissingSecret: If the connection lacks the app's id or secret.
        ConfigError: If its host is not one of the vendor's: the app's secret would go there.
    """
    fields = credentials.fields
    host = (credentials.host or base_url).rstrip("/")
    authorize = fields.get("authorize_url") or consent.authorize_url
    token = fields.get("token_url") or fields.get("token_uri") or consent.token_url
    if "{host}" in authorize + token:
        _check_host(host, consent)
    return App(
        consent,
        authorize.replace("{host}", host),
        token.replace("{host}", host),
        host,
        credentials.secret(consent.client_id),
        credentials.secret(consent.client_secret),
        tuple(fields.get("scope", "").replace(",", " ").split()) or consent.scopes,
    )


def _check_host(host: str, consent: Consent) -> None:
    parts = urlsplit(host)
    name = parts.hostname or ""
    if parts.scheme == "https" and any(_ends(name, end) for end in consent.hosts):
        return
    if not is_named(name, parts.port):
        raise ConfigError(
            f"the connection's host is `{name[:100]}`. Expected https and a host of the vendor "
            f"({', '.join(consent.hosts)}): the app's secret is sent there. Correct the host."
        )


def _ends(name: str, ending: str) -> bool:
    return name.endswith(ending) if ending.startswith(".") else name == ending


def build_verifier(consent: Consent) -> str:
    """A new PKCE secret, or nothing where the vendor knows none."""
    return str(WebApplicationClient("").create_code_verifier(64)) if consent.pkce else ""


def build_address(app: App, asked: Asked) -> str:
    """The vendor's page, to which the person's browser goes."""
    client, consent = WebApplicationClient(app.client_id), app.consent
    further = dict(consent.params)
    if asked.verifier:
        further["code_challenge"] = client.create_code_challenge(asked.verifier, "S256")
        further["code_challenge_method"] = "S256"
    # Only the sandbox's page is plain http; the library knows https alone.
    scheme, _, rest = app.authorize_url.partition("://")
    address = client.prepare_request_uri(
        f"https://{rest}",
        redirect_uri=asked.redirect_uri,
        scope=consent.separator.join(app.scopes),
        state=asked.state,
        **further,
    )
    return f"{scheme}://{str(address).partition('://')[2]}"


def read_code(app: App, asked: Asked, query: str) -> str:
    """The code of a callback whose state and signature are right.

    Raises:
        AccessDenied: If they are not, or the vendor says that nobody agreed.
    """
    given = dict(parse_qsl(query, keep_blank_values=True))
    consent = app.consent
    if consent.signature and not _is_signed(given, consent.signature, app.client_secret):
        raise AccessDenied("the vendor's answer is not signed by it. Start again.")
    if consent.host_param and not _is_of(app.host, given.get(consent.host_param)):
        raise AccessDenied("the consent is of another account than was asked for. Start again.")
    try:
        found = WebApplicationClient(app.client_id).parse_request_uri_response(
            _SAFE + query, state=asked.state
        )
    except MismatchingStateError:
        raise AccessDenied("this is no answer to what was asked. Start again.") from None
    except OAuth2Error as error:
        # The library's names for the protocol's codes; the vendor's own sentence is not shown.
        code = str(error.error or "")
        told = f" (`{code}`)" if code.replace("_", "").isalpha() and len(code) < 40 else ""
        raise AccessDenied(f"the vendor did not give its consent{told}. Start again.") from None
    return str(found["code"])


def _is_of(host: str, named: str | None) -> bool:
    """Whether the answer names the host that was asked; the sandbox's shops have none of theirs."""
    parts = urlsplit(host)
    return named == parts.hostname or is_named(parts.hostname or "", parts.port)


def _is_signed(given: Mapping[str, str], name: str, secret: str) -> bool:
    rest = "&".join(f"{key}={given[key]}" for key in sorted(given.keys() - {name}))
    expected = hmac.new(secret.encode(), rest.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given.get(name, "").encode())


def fetch_fields(app: App, asked: Asked, code: str, query: str) -> dict[str, str]:
    """What the feed's connection keeps of the consent.

    Raises:
        AccessDenied: If the vendor refuses the code, gives less than was asked for, or leaves out
            a field that is needed.
        UpstreamUnavailable: If it does not answer; the code may be used up.
    """
    consent = app.consent
    further = {"code_verifier": asked.verifier} if asked.verifier else {}
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked.redirect_uri}
    answer = _ask(app, {**consent.form, **form, **further})
    _check_scopes(app, answer)
    if consent.longer:
        token = str(answer["access_token"])
        answer = _ask(app, {k: v.replace("{token}", token) for k, v in consent.longer.items()})
    given = dict(parse_qsl(query))
    wanted = {**consent.keep, **consent.keep_known}
    kept = {name: answer.get(of) for name, of in wanted.items()}
    kept |= {name: given.get(of) for name, of in consent.keep_callback.items()}
    missing = [name for name in (*consent.keep, *consent.keep_callback) if not kept[name]]
    if missing:
        raise AccessDenied(
            f"the vendor gave no {', '.join(f'`{name}`' for name in missing)}. Expected it with "
            "the consent. Look at the app's settings at the vendor, then start again."
        )
    return {name: str(text) for name, text in kept.items() if text}


def _ask(app: App, form: dict[str, str]) -> Mapping[str, object]:
    auth: AuthBase = NoAuth()
    if app.consent.client_auth == "basic":
        auth = HTTPBasicAuth(app.client_id, app.client_secret)
    else:
        form |= {"client_id": app.client_id, "client_secret": app.client_secret}
    what = f"POST {urlsplit(app.token_url).path}"
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        # No redirect: it would carry the secret to another host.
        answer = request_once(
            "POST", app.token_url, data=urlencode(form), auth=auth, timeout=TIMEOUT_S,
            allow_redirects=False, headers=headers,
        )  # fmt: skip
    except requests.RequestException as error:
        raise UpstreamUnavailable(
            f"`{what}` failed with {type(error).__name__}. Expected a token. Start again."
        ) from None
    try:
        found = WebApplicationClient(app.client_id).parse_request_body_response(answer.text)
    except (OAuth2Error, ValueError, TypeError, AttributeError):
        found = None
    if answer.status_code != 200 or not isinstance(found, Mapping):
        raise AccessDenied(
            f"`{what}` answered {answer.status_code}: the code is not accepted. Expected a token. "
            "Check the app's id, secret and redirect address at the vendor, then start again."
        )
    return found


def _check_scopes(app: App, answer: Mapping[str, object]) -> None:
    """Vendors let people untick rights; what is said to be missing is found now, not at night."""
    said = answer.get("scope")
    text = " ".join(map(str, said)) if isinstance(said, list | tuple | set) else str(said or "")
    given = set(text.replace(",", " ").split())
    missing = [scope for scope in app.scopes if given and scope not in given]
    if missing:
        raise AccessDenied(
            f"the consent lacks the right `{missing[0]}`. Expected all that is asked for. Start "
            "again and leave every right ticked."
        )
