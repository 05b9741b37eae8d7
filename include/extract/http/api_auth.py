"""The authentication a connector or tenant file describes, OAuth included."""

from urllib.parse import urlsplit

from requests.auth import AuthBase

from include.config.connector_spec import Api
from include.config.credentials import Credentials
from include.core.errors import ConfigError
from include.extract.http.auth import build_auth
from include.extract.http.oauth import OAuth, build_login
from include.extract.stores.tokens import TokenStore


def build_api_auth(
    api: Api, credentials: Credentials, token_store: TokenStore | None = None
) -> AuthBase:
    """What signs each request of this API.

    Raises:
        MissingSecret: If the connection lacks a field.
        ConfigError: If a refresh token has no place to be kept in.
    """
    auth = api.auth
    if auth.kind != "oauth2":
        return build_auth(auth, credentials)
    form = {**auth.form, **({"scope": " ".join(auth.scopes)} if auth.scopes else {})}
    address = build_token_address(api, credentials)
    login = build_login(credentials, address, client_auth=auth.client_auth, form=form)
    return OAuth(login, token_store)


def build_token_address(api: Api, credentials: Credentials) -> str:
    """The connection's `token_url`, else the declared one: an address, or a path below the host.

    Raises:
        ConfigError: If it is neither.
    """
    declared = credentials.fields.get("token_url") or api.auth.token_url or ""
    if "://" in declared:
        parts = urlsplit(declared)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ConfigError(
                "`token_url` is no plain address. Expected `https://host/path` without a query. "
                "Correct it."
            )
        return declared
    base = urlsplit(api.base_url)
    root = credentials.host or f"{base.scheme}://{base.netloc}"
    return f"{root.rstrip('/')}/{declared.lstrip('/')}"
