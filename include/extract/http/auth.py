"""Which secret goes into which header or parameter, without keeping it anywhere else."""

import base64
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase

from include.config.connector_spec import Auth
from include.config.credentials import Credentials


class HeaderAuth(AuthBase):
    """Sets one header on each request.

    Being an `auth` object (and not a session header) keeps requests from replacing it with what
    ~/.netrc says, and keeps the secret out of everything that prints headers.
    """

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._name] = self._value
        return request

    def __repr__(self) -> str:
        return f"HeaderAuth({self._name!r})"


class QueryAuth(AuthBase):
    """Sets one query parameter on each request, for sources that know no header.

    The address of a request is a secret then: whoever shows one shows its path only.
    """

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        parts = urlsplit(str(request.url))
        # Next addresses of some sources carry the secret already, perhaps a masked one.
        pairs = [p for p in parse_qsl(parts.query, keep_blank_values=True) if p[0] != self._name]
        query = urlencode([*pairs, (self._name, self._value)])
        request.url = urlunsplit(parts._replace(query=query))
        return request

    def __repr__(self) -> str:
        return f"QueryAuth({self._name!r})"


class NoAuth(AuthBase):
    """Sends nothing, not even what ~/.netrc holds."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def build_auth(auth: Auth, credentials: Credentials) -> AuthBase:
    """The feed's authentication.

    Raises:
        MissingSecret: If the connection lacks the field the connector names.
    """
    if auth.kind == "none":
        return NoAuth()
    secret = credentials.secret(auth.secret or "password")
    if auth.kind == "bearer":
        return HeaderAuth("Authorization", f"Bearer {secret}")
    if auth.kind == "query":
        return QueryAuth(auth.name or "api_key", secret)
    if auth.kind == "header":
        return HeaderAuth(auth.name or "Authorization", secret)
    if auth.kind == "token":  # as Ruby on Rails reads it
        return HeaderAuth("Authorization", f'Token token="{secret}"')
    login = credentials.fields.get("login", "")
    pair = base64.b64encode(f"{login}:{secret}".encode()).decode()
    return HeaderAuth("Authorization", f"Basic {pair}")
