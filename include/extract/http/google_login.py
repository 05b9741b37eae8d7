"""Logins for every Google connector: service account or refresh token, through google-auth.

The fields are those of Airflow's Google connection (`google_cloud_platform`, read by
GoogleBaseHook: `keyfile_dict`, `key_path`, `scope`), so that one kind of connection serves both
this platform and the provider's operators. The provider itself is not imported: it brings some
thirty packages and needs another protobuf than dbt.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from google.auth import exceptions
from google.auth.credentials import Credentials as GoogleCredentials
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account
from requests.auth import AuthBase

from include.config.credentials import Credentials
from include.core.errors import AccessDenied, ConfigError, MissingSecret
from include.extract.http.google_transport import TokenTransport

log = logging.getLogger(__name__)

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
# What the form of older Airflow versions put before each field.
LEGACY_PREFIX = "extra__google_cloud_platform__"
KEY_FIELDS = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}


class GoogleAuth(AuthBase):
    """Sets the access token of each request, and renews it once when the API answers 401."""

    def __init__(self, credentials: GoogleCredentials) -> None:
        self._credentials = credentials
        self._transport = TokenTransport()

    def __repr__(self) -> str:
        return f"GoogleAuth({type(self._credentials).__module__.rpartition('.')[2]!r})"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not self._credentials.valid:
            self._refresh()
        request.headers["Authorization"] = f"Bearer {self._credentials.token}"
        request.register_hook("response", self._repeat_if_refused)  # type: ignore[no-untyped-call]
        return request

    def _refresh(self) -> None:
        """Ask the token endpoint; passing failures come out of the transport as our errors.

        Raises:
            AccessDenied: If the login is refused (`invalid_grant`: revoked, expired, clock).
        """
        try:
            self._credentials.refresh(self._transport)  # type: ignore[no-untyped-call]
        except exceptions.GoogleAuthError as error:
            raise AccessDenied(
                f"the token endpoint of Google refused the login{_code(error)}. Expected an access "
                "token. Check the service account's key or authorize again; refresh tokens of an "
                "app in `Testing` end after seven days."
            ) from None

    def _repeat_if_refused(self, answer: requests.Response, **kwargs: Any) -> requests.Response:
        if answer.status_code != 401:
            return answer
        answer.content  # noqa: B018  read to the end, so that the connection can be used again
        answer.close()
        self._refresh()
        request = answer.request.copy()
        request.hooks = {"response": []}
        request.headers["Authorization"] = f"Bearer {self._credentials.token}"
        again: requests.Response = answer.connection.send(request, **kwargs)
        again.request = request
        return again


def build_google_auth(
    credentials: Credentials, scope: str, further: Mapping[str, str] | None = None
) -> GoogleAuth:
    """Authentication of one feed; asks nobody anything yet.

    Args:
        scope: Used unless the connection names its own (`scope`, comma-separated).
        further: Fields that complete the connection's, such as those of `google_ads_client`.

    Raises:
        MissingSecret: If there is neither a key nor a refresh token.
        ConfigError: If the key is not one of Google's.
    """
    fields = {**_without_prefix(credentials.fields), **(further or {})}
    scopes = [s.strip() for s in fields.get("scope", scope).split(",") if s.strip()]
    key = _find_key(fields)
    if key is None:
        return GoogleAuth(_build_user(fields, credentials, scopes))
    kind = str(key.get("type", "service_account"))
    missing = [name for name in KEY_FIELDS.get(kind, ("type",)) if not key.get(name)]
    if kind not in KEY_FIELDS or missing:
        raise ConfigError(
            f"the Google key of connection `{credentials.connection_id}` is of type `{kind}` and "
            f"lacks: {', '.join(missing) or 'nothing'}. Expected the JSON file of a service "
            "account or of an authorized user. Download the key again."
        )
    if kind == "authorized_user":
        return GoogleAuth(_build_user(key, credentials, scopes))
    return GoogleAuth(_build_service(key, fields, credentials, scopes))


def _without_prefix(fields: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(LEGACY_PREFIX): value for name, value in fields.items() if value}


def _find_key(fields: Mapping[str, str]) -> dict[str, Any] | None:
    """The key as an object: in the connection itself, or in a file of the worker."""
    text = fields.get("keyfile_dict")
    path = fields.get("key_path") or fields.get("json_key_file_path")
    try:
        if not text and path:
            text = Path(path).read_text("utf-8")
        found = json.loads(text) if text else None
    except (OSError, ValueError) as error:
        place = f"file `{path}`" if path and not fields.get("keyfile_dict") else "`keyfile_dict`"
        raise ConfigError(
            f"the Google key in {place} cannot be read ({type(error).__name__}). Expected the "
            "JSON text Google gave. Correct the connection."
        ) from None
    if found is not None and not isinstance(found, dict):
        raise ConfigError(
            "the Google key is no JSON object. Expected the JSON text Google gave. Correct the "
            "connection."
        )
    return found


def _build_service(
    key: dict[str, Any], fields: Mapping[str, str], credentials: Credentials, scopes: list[str]
) -> GoogleCredentials:
    subject = fields.get("subject") or fields.get("impersonated_email")
    try:
        made: GoogleCredentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            key, scopes=scopes, subject=subject
        )
    except ValueError:
        raise ConfigError(
            f"the private key of connection `{credentials.connection_id}` is not readable. "
            "Expected PEM text with line breaks. Download the key again."
        ) from None
    return made


def _build_user(
    fields: Mapping[str, Any], credentials: Credentials, scopes: list[str]
) -> GoogleCredentials:
    login = {
        "client_id": fields.get("client_id") or fields.get("login"),
        "client_secret": fields.get("client_secret") or fields.get("password"),
        "refresh_token": fields.get("refresh_token"),
    }
    missing = [name for name, value in login.items() if not value]
    if missing:
        raise MissingSecret(
            f"connection `{credentials.connection_id}` has no Google key and no "
            f"{', '.join(f'`{name}`' for name in missing)}. Expected `keyfile_dict` or `key_path`, "
            "or client_id, client_secret and refresh_token. Add them to the connection."
        )
    return user_credentials.Credentials(  # type: ignore[no-untyped-call]
        None, token_uri=fields.get("token_uri") or TOKEN_URL, scopes=scopes, **login
    )


def _code(error: exceptions.GoogleAuthError) -> str:
    """` (invalid_grant)`; the vendor's sentence may name a person's account and is not shown."""
    body = error.args[1] if len(error.args) > 1 else None
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            body = None
    code = body.get("error") if isinstance(body, dict) else None
    return f" ({code})" if isinstance(code, str) and code.replace("_", "").isalpha() else ""
