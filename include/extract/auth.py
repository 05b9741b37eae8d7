"""Which secret goes into which header, without keeping it anywhere else."""

import base64

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
    if auth.kind == "header":
        return HeaderAuth(auth.name or "Authorization", secret)
    if auth.kind == "token":  # as Ruby on Rails reads it
        return HeaderAuth("Authorization", f'Token token="{secret}"')
    login = credentials.fields.get("login", "")
    pair = base64.b64encode(f"{login}:{secret}".encode()).decode()
    return HeaderAuth("Authorization", f"Basic {pair}")
