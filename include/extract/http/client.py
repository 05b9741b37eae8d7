"""JSON over HTTP with bounded retries; everything it raises is from the error tree.

Data flow: request -> rate limit -> send -> status rule -> JSON. A request is tried up to `tries`
times with jittered, doubling waits; a longer Retry-After is not slept here but handed to the caller
as RateLimited, so that a worker slot is not held. What the source says about its limits goes to the
limiter, which shares it with everybody who uses the same credential.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict

from include.core.errors import ContractBroken, EltError, RateLimited, UpstreamUnavailable
from include.extract.exact_json import has_double_keys, parse_json
from include.extract.http.auth import NoAuth
from include.extract.http.download import PIECE_BYTES
from include.extract.http.rate_limit import RateLimiter
from include.extract.http.session import GuardedSession
from include.extract.http.status import build_status_error, find_wait_s

log = logging.getLogger(__name__)
QUIET_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection")

NO_CONTENT = 204
# (method and path, status, Retry-After in seconds, body) -> the error for an answer that is not 2xx
Explain = Callable[[str, int, float | None, Any], EltError]
# (method and path, body) -> the error that a 2xx answer really is, or None
Refused = Callable[[str, Any], EltError | None]
SHOULD_RETRY = "Stripe-Should-Retry"


class _PathsOnly(logging.Filter):
    """Their lines show whole addresses, and queries and signed downloads are secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno <= logging.DEBUG:
            return False
        record.msg, record.args = record.getMessage().partition("?")[0], None
        return True


for _name in QUIET_LOGGERS:
    logging.getLogger(_name).addFilter(_PathsOnly())


@dataclass(frozen=True)
class HttpLimits:
    """How long and how often to try; seconds."""

    connect_s: float = 10.0
    read_s: float = 60.0
    tries: int = 4
    backoff_s: float = 0.5
    max_sleep_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class AnswerRules:
    """How a source's answers are read.

    Attributes:
        exact_numbers: Fractions as Decimal instead of float.
        explain: The error for an answer that is not 2xx.
        refused: The error that a 2xx answer really is.
    """

    exact_numbers: bool = False
    explain: Explain = build_status_error
    refused: Refused | None = None


@dataclass(frozen=True)
class Answer:
    """A 2xx answer with its JSON."""

    body: Any
    headers: Mapping[str, str]
    status: int = 200


class HttpClient:
    """One source's session. Not for several threads."""

    def __init__(
        self,
        base_url: str,
        *,
        auth: AuthBase | None = None,
        headers: Mapping[str, str] | None = None,
        limiter: RateLimiter | None = None,
        limits: HttpLimits | None = None,
        answers: AnswerRules | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._auth = auth or NoAuth()
        self._limiter = limiter
        self._limits = limits or HttpLimits()
        self._answers = answers or AnswerRules()
        self._told_to_stop = False
        self._session = GuardedSession()
        self._session.headers.update({"Accept": "application/json", **(headers or {})})

    @property
    def limiter(self) -> RateLimiter | None:
        return self._limiter

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """GET below the base address, or an address of the same host."""
        return self._retrying("GET", self.resolve(path), params=params)

    def post(self, path: str, body: Any, *, repeatable: bool = True) -> Answer:
        """POST JSON; `repeatable` False (it starts something) is sent once only."""
        tries = None if repeatable else 1
        return self._retrying("POST", self.resolve(path), body=body, tries=tries)

    def resolve(self, path: str) -> str:
        """Full address of a path or address the source named.

        Raises:
            ContractBroken: If it leads to another host, which must not see our secret.
        """
        base = urlsplit(self.base_url)
        try:
            parts = urlsplit(path)
        except ValueError:
            raise ContractBroken(
                "the source names an address that is none. Expected a path or an address of its "
                "own host. Run again; if it stays, report it to the vendor."
            ) from None
        if parts.netloc:
            if (parts.scheme, parts.netloc) != (base.scheme, base.netloc):
                raise ContractBroken(
                    f"the source points to the host `{parts.netloc}`. Expected `{base.netloc}`. "
                    "Check the connection's host."
                )
            return path
        root = f"{base.scheme}://{base.netloc}"
        if path.startswith("/") and base.path and path.startswith(f"{base.path}/"):
            return root + path
        # A source behind a prefix still writes its own root: /v1/x below http://host/prefix/v1.
        first = "/" + path.lstrip("/").split("/")[0]
        if path.startswith("/") and base.path.endswith(first):
            return self.base_url.removesuffix(first) + path
        return f"{self.base_url}/{path.lstrip('/')}"

    def fetch_chunks(self, url: str) -> Iterator[bytes]:
        """Body of a signed address in pieces, sent without our secret; not retried in itself.

        Raises:
            UpstreamUnavailable: If the answer is cut, late, 5xx, or slower than any download.
        """
        what = f"GET {urlsplit(url).path}"
        timeout = (self._limits.connect_s, self._limits.read_s)
        try:
            with closing(
                self._session.get(url, auth=NoAuth(), stream=True, timeout=timeout)
            ) as answer:
                if answer.status_code != 200:
                    raise build_status_error(what, answer.status_code, None, None)
                yield from answer.iter_content(PIECE_BYTES)
        except requests.RequestException as error:
            raise _unavailable(what, error) from None

    def _retrying(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        tries: int | None = None,
    ) -> Answer:
        tries = tries or self._limits.tries
        for attempt in range(1, tries + 1):
            if self._limiter:
                self._limiter.wait(self._limits.max_sleep_s)
            try:
                return self._send(method, url, params, body)
            except EltError as error:
                wait = self._wait_s(error, attempt)
                shared = False
                if self._limiter and isinstance(error, RateLimited):
                    shared = self._limiter.block(wait)
                final = attempt == tries or self._told_to_stop or not error.retryable
                if final or wait > self._limits.max_sleep_s:
                    raise
                log.warning(
                    "action=retry method=%s path=%s attempt=%d wait_s=%.1f error=%s",
                    method, urlsplit(url).path, attempt, wait, type(error).__name__,
                )  # fmt: skip
            if not shared:  # else the limiter waits, and lets us all in one after the other
                self._limits.sleep(wait)
        raise AssertionError("the loop returns or raises")

    def _wait_s(self, error: EltError, attempt: int) -> float:
        if isinstance(error, RateLimited) and error.retry_after_s is not None:
            return error.retry_after_s + random.uniform(0, 0.1)  # noqa: S311  jitter, not a secret
        ceiling = self._limits.backoff_s * 2 ** (attempt - 1)
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311

    def _send(self, method: str, url: str, params: Mapping[str, str] | None, body: Any) -> Answer:
        self._told_to_stop = False
        what = f"{method} {urlsplit(url).path}"
        try:
            # A redirect would carry a custom secret header to another host: never followed.
            answer = self._session.request(
                method, url, params=params, json=body, auth=self._auth, allow_redirects=False,
                timeout=(self._limits.connect_s, self._limits.read_s),
            )  # fmt: skip
        except requests.RequestException as error:
            raise _unavailable(what, error) from None
        if self._limiter:
            self._limiter.learn(answer.headers)
        if not 200 <= answer.status_code < 300:
            raise self._build_error(what, answer)
        parsed = self._parse(what, answer)
        refused = self._answers.refused
        refusal = refused(what, parsed) if refused else None
        if refusal is not None:
            raise refusal
        return Answer(parsed, CaseInsensitiveDict(answer.headers), answer.status_code)

    def _build_error(self, what: str, answer: requests.Response) -> EltError:
        """The error of an answer; the source's own word on trying again counts for this client."""
        error = self._answers.explain(
            what, answer.status_code, find_wait_s(answer), _quiet_json(answer.content)
        )
        should_retry = answer.headers.get(SHOULD_RETRY, "").lower()
        self._told_to_stop = should_retry == "false"
        if should_retry == "true" and not error.retryable:
            return UpstreamUnavailable(
                f"`{what}` answered {answer.status_code} and asks to be tried again. Expected 200."
            )
        return error

    def _parse(self, what: str, answer: requests.Response) -> Any:
        """JSON of a 2xx answer; a cut one is worth another try, a page of HTML is not.

        None for 204: the source has nothing to say, which many mean by an empty list.
        """
        if answer.status_code == NO_CONTENT and not answer.content:
            return None
        fractions = {"parse_fraction": Decimal} if self._answers.exact_numbers else {}
        try:
            read = parse_json(answer.content, **fractions)
            is_doubled = has_double_keys(answer.content, read)
        except ValueError:
            pass
        else:
            if not is_doubled:
                return read
            raise ContractBroken(
                f"`{what}` answered with an object that has a key twice, of which one value would "
                "be lost. Expected each key once. Nothing of this page is loaded; tell the vendor, "
                "or leave the stream out of `streams` meanwhile."
            )
        kind = answer.headers.get("Content-Type", "no content type").split(";")[0]
        if answer.content.lstrip()[:1] in (b"{", b"[") and "html" not in kind:
            raise UpstreamUnavailable(
                f"`{what}` answered {answer.status_code} with JSON that ends early. Expected a "
                "whole document. It is tried again later."
            )
        raise ContractBroken(
            f"`{what}` answered {answer.status_code} with `{kind}`, {len(answer.content)} bytes. "
            "Expected JSON. A login page, a proxy or a wrong host often answers like this."
        )


def _unavailable(what: str, error: requests.RequestException) -> UpstreamUnavailable:
    # The exception's own text may show the whole address with its query.
    return UpstreamUnavailable(
        f"`{what}` failed with {type(error).__name__}. Expected an answer. It is tried again later."
    )


def _quiet_json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except ValueError:
        return None
