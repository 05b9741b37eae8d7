"""OAuth 2 with client credentials or a refresh token that changes with every use.

Data flow: stored token -> (expired or refused) -> lock -> look again -> ask the token endpoint ->
store durably -> use. Some vendors give a new refresh token with every access token and forget the
old one: whoever uses the access token first and stores later loses the login with a crash in
between. So nothing of an answer is used before `TokenStore.put` has returned, and one process asks
at a time; the others find its token when they get the lock.

A crash between the vendor's answer and `put` cannot be survived by anyone; `TokenStore.lock` has
proved by then that the store can be written, so that window is one round trip long.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson
import requests
from requests.auth import AuthBase, HTTPBasicAuth

from include.config.credentials import Credentials
from include.core.clock import utcnow
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    EltError,
    UpstreamUnavailable,
)
from include.extract.http.auth import NoAuth
from include.extract.http.client import Explain
from include.extract.http.session import request_once
from include.extract.http.status import build_status_error, find_wait_s
from include.extract.stores.tokens import (
    MemoryTokenStore,
    Token,
    TokenStore,
    build_token,
    parse_token,
)

log = logging.getLogger(__name__)

TIMEOUT_S = (10.0, 30.0)
TRIES = 3
# A 401 for a token younger than this is about rights, not age: refreshing again is pointless.
YOUNG = timedelta(seconds=60)
# Bad client or used-up grant: neither heals by itself (RFC 6749, 5.2).
REFUSALS = frozenset({400, 401})
_CODE = re.compile(r"^[a-z_]{1,40}$")


@dataclass(frozen=True)
class Login:
    """How a token is asked for; secrets stay out of the repr.

    Attributes:
        refresh_token: The connection's; None asks with the client's own credentials.
        client_auth: Where client id and secret go: into the form, or a Basic header.
        form: Further fields of the form (`user_type`).
    """

    token_url: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    client_auth: Literal["form", "basic"] = "form"
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Names the connection's secrets without showing them; changes when they change."""
        secret = self.refresh_token or f"{self.client_id}/{self.client_secret}"
        return hashlib.sha256(f"{self.token_url}\n{secret}".encode()).hexdigest()


def build_login(
    credentials: Credentials,
    token_url: str,
    *,
    client_auth: Literal["form", "basic"] = "form",
    form: Mapping[str, str] | None = None,
) -> Login:
    """Login from a connection: `client_id` (or login), `client_secret` (or password).

    With a field `refresh_token` that grant is used, else client credentials.

    Raises:
        MissingSecret: If id or secret is absent.
    """
    fields = credentials.fields
    return Login(
        token_url=token_url,
        client_id=credentials.secret("client_id" if "client_id" in fields else "login"),
        client_secret=credentials.secret(
            "client_secret" if "client_secret" in fields else "password"
        ),
        refresh_token=fields.get("refresh_token") or None,
        client_auth=client_auth,
        form=form or {},
    )


class OAuth(AuthBase):
    """Sets the bearer token of each request, and renews it once when the source says 401."""

    def __init__(
        self,
        login: Login,
        store: TokenStore | None = None,
        *,
        explain: Explain = build_status_error,
        sleep: Callable[[float], None] = time.sleep,
        header: str | None = None,
    ) -> None:
        """
        Args:
            header: Takes the token alone; None: `Authorization: Bearer`.
        """
        if login.refresh_token and store is None:
            raise ConfigError(
                "a refresh token without a place to keep the next one. Expected a token store: "
                "the vendor forgets the old token when it is used. Load through the pipeline."
            )
        self._login = login
        self._store: TokenStore = store or MemoryTokenStore()
        self._explain, self._sleep = explain, sleep
        self._header = header
        self._token: Token | None = None

    def __repr__(self) -> str:
        return f"OAuth({urlsplit(self._login.token_url).netloc!r})"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self._sign(request, self.token())
        request.register_hook("response", self._repeat_if_refused)  # type: ignore[no-untyped-call]
        return request

    def _sign(self, request: requests.PreparedRequest, token: Token) -> None:
        if self._header:
            request.headers[self._header] = token.access_token
        else:
            request.headers["Authorization"] = f"Bearer {token.access_token}"

    def token(self) -> Token:
        """A token believed to be valid.

        Raises:
            AccessDenied: If the vendor does not accept the login any more.
        """
        if self._token is None or not self._token.is_live():
            self._token = self._stored() or self.renew(self._token)
        return self._token

    def renew(self, refused: Token | None) -> Token:
        """A token other than `refused`: another process's newer one, else a new one."""
        with self._store.lock():
            found = self._stored()
            if found is None or (refused and found.access_token == refused.access_token):
                found = self._exchange()
        self._token = found
        return found

    def _stored(self) -> Token | None:
        text = self._store.get(self._login.origin)
        token = parse_token(text) if text else None
        return token if token and token.is_live() else None

    def _exchange(self) -> Token:
        """Ask the endpoint and store its answer; only called under the lock."""
        text = self._store.get(self._login.origin)
        newest = parse_token(text).refresh_token if text else None
        refresh = newest or self._login.refresh_token
        token = build_token(self._ask(refresh), refresh)
        self._store.put(self._login.origin, token.to_text())
        rotated = bool(refresh and token.refresh_token != refresh)
        log.info("action=token_renewed rotated=%s", rotated)
        return token

    def _ask(self, refresh: str | None) -> Any:
        grant = {"grant_type": "client_credentials"}
        if refresh:
            grant = {"grant_type": "refresh_token", "refresh_token": refresh}
        for attempt in range(1, TRIES + 1):
            try:
                return self._send({**self._login.form, **grant})
            except EltError as error:
                if not isinstance(error, UpstreamUnavailable) or attempt == TRIES:
                    raise
                log.warning("action=token_again attempt=%d", attempt)
                self._sleep(attempt)
        raise AssertionError("the loop returns or raises")

    def _send(self, form: dict[str, str]) -> Any:
        login = self._login
        auth: AuthBase = NoAuth()
        if login.client_auth == "basic":
            auth = HTTPBasicAuth(login.client_id, login.client_secret)
        else:
            form |= {"client_id": login.client_id, "client_secret": login.client_secret}
        what = f"POST {urlsplit(login.token_url).path}"
        try:
            # No redirect: it would carry the secret to another host.
            answer = request_once(
                "POST", login.token_url, data=form, auth=auth, timeout=TIMEOUT_S,
                allow_redirects=False, headers={"Accept": "application/json"},
            )  # fmt: skip
        except requests.RequestException as error:
            raise UpstreamUnavailable(
                f"`{what}` failed with {type(error).__name__}. Expected a token. It is tried again."
            ) from None
        return _read_answer(what, answer, self._explain)

    def _repeat_if_refused(self, answer: requests.Response, **kwargs: Any) -> requests.Response:
        """On a 401: the same request once more with a renewed token."""
        used = self._token
        if answer.status_code != 401 or used is None or utcnow() - used.issued_at < YOUNG:
            return answer
        answer.content  # noqa: B018  read to the end, so that the connection can be used again
        answer.close()
        request = answer.request.copy()
        request.hooks = {"response": []}
        self._sign(request, self.renew(used))
        again: requests.Response = answer.connection.send(request, **kwargs)
        again.request = request
        return again


def _read_answer(what: str, answer: requests.Response, explain: Explain) -> Any:
    """JSON of a token answer, or the error for it; sentences of the vendor are not shown."""
    try:
        body = orjson.loads(answer.content)
    except ValueError:
        body = None
    if answer.status_code == 200 and body is not None:
        return body
    code = str(body.get("error") if isinstance(body, dict) else "")
    if answer.status_code in REFUSALS:
        told = f" ({code})" if _CODE.match(code) else ""
        raise AccessDenied(
            f"`{what}` answered {answer.status_code}{told}: the login is not accepted. Expected "
            "a token. Authorize again and put the new secrets into the connection; they win over "
            "what is stored."
        )
    if answer.status_code == 200:
        raise ContractBroken(
            f"`{what}` answered 200 without JSON. Expected a token. Check the token address."
        )
    raise explain(what, answer.status_code, find_wait_s(answer), body)
