"""How google-auth reaches the token endpoint: our timeouts, our errors, no redirect, no netrc."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from google.auth import transport

from include.core.errors import ContractBroken, UpstreamUnavailable
from include.extract.http.auth import NoAuth
from include.extract.http.session import GuardedSession
from include.extract.http.status import RETRYABLE, build_status_error, parse_retry_after

TIMEOUT_S = (10.0, 30.0)


class TokenAnswer(transport.Response):
    """One answer in the form google-auth reads."""

    def __init__(self, answer: requests.Response) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    @property
    def data(self) -> bytes:
        return self._answer.content


class TokenTransport(transport.Request):
    """Answers that may be better later are raised here, so that the caller's retry rule holds.

    google-auth would sleep and repeat by itself, without regard for Retry-After.
    """

    def __init__(self) -> None:
        self._session = GuardedSession()
        self._session.auth = NoAuth()

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_further: Any,
    ) -> TokenAnswer:
        """Send once.

        Raises:
            UpstreamUnavailable: Network failure, 5xx or a cut answer.
            RateLimited: 429.
            ContractBroken: 200 without JSON.
        """
        what = f"{method} {urlsplit(url).path}"
        try:
            # A redirect would carry the secret to another host.
            answer = self._session.request(
                method, url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            raise UpstreamUnavailable(
                f"`{what}` failed with {type(error).__name__}. Expected a token. It is tried again."
            ) from None
        if answer.status_code in RETRYABLE or answer.status_code >= 500:
            wait = parse_retry_after(answer.headers.get("Retry-After"))
            raise build_status_error(what, answer.status_code, wait, None)
        if answer.status_code == 200 and not _is_object(answer.content):
            raise ContractBroken(
                f"`{what}` answered 200 without a JSON object. Expected a token. Check the key's "
                "`token_uri`, and proxies on the way."
            )
        return TokenAnswer(answer)


def _is_object(content: bytes) -> bool:
    try:
        return isinstance(orjson.loads(content), dict)
    except ValueError:
        return False
