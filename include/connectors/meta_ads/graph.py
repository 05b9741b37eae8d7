"""One token at the Graph API: lists page by page, reports by their run id."""

import hashlib
import hmac
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from include.config.credentials import Credentials
from include.connectors.meta_ads.faults import build_explain, build_fault_error, find_fault
from include.connectors.meta_ads.usage import TokenAndUsage
from include.core.errors import ContractBroken, RateLimited
from include.extract.http.client import Answer, AnswerRules, HttpClient, HttpLimits
from include.extract.http.rate_limit import RateLimiter
from include.extract.record_path import pick
from include.extract.rest.refused import require_no_fault

log = logging.getLogger(__name__)

LIMITS = HttpLimits(read_s=120.0)
TRIES = 4
REPEATS_BEFORE_GIVING_UP = 2


class Graph:
    """Sends requests, rests when the allowance runs low, turns error bodies into errors."""

    def __init__(
        self,
        address: str,
        credentials: Credentials,
        limiter: RateLimiter,
        limits: HttpLimits,
    ) -> None:
        token = credentials.secret("password")
        self._usage, self._limiter, self._limits = TokenAndUsage(token), limiter, limits
        secret = credentials.fields.get("app_secret")
        self._proof = {"appsecret_proof": build_proof(secret, token)} if secret else {}
        self._client = HttpClient(
            address,
            auth=self._usage,
            limiter=limiter,
            limits=limits,
            answers=AnswerRules(explain=build_explain(self._usage.find_wait)),
        )

    def get(self, path: str, params: Mapping[str, str]) -> Any:
        """JSON of an answer."""
        what = f"GET {path}"
        return self._retry(what, lambda: self._client.get(path, {**params, **self._proof}))

    def post(self, path: str, params: Mapping[str, str]) -> Any:
        """Start a report; started twice, it only costs."""
        what = f"POST {path}"
        return self._retry(what, lambda: self._client.post(path, {**params, **self._proof}))

    def walk(self, path: str, params: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
        """Pages until no `next` comes; a page may be empty and still not be the last.

        `next` is not followed, because it has the token in it: its cursor is sent instead.

        Raises:
            ContractBroken: If an answer is no list, or the cursor does not advance.
        """
        after: dict[str, str] = {}
        seen: set[str] = set()
        repeats = 0
        while True:
            body = self.get(path, {**params, **after})
            rows = fetch_rows(body, path)
            following = str(pick(body, "paging.cursors.after") or "")
            more = pick(body, "paging.next") is not None
            if more and (not following or following in seen):
                repeats += 1
                if repeats > REPEATS_BEFORE_GIVING_UP:
                    raise ContractBroken(
                        f"`{path}` answers the same page again and again. Expected the next one. "
                        "Run again; if it stays, report it to the vendor."
                    )
                log.warning("action=page_repeated path=%s times=%d", path, repeats)
                continue
            repeats = 0
            yield rows
            if not more:
                return
            seen.add(following)
            after = {"after": following}

    def _retry(self, what: str, send: Callable[[], Answer]) -> Any:
        """An error body at status 200 is tried again like any other."""
        for attempt in range(1, TRIES + 1):
            answer = send()
            pause = self._usage.find_pause()
            if pause:
                log.warning("action=rest path=%s seconds=%.0f reason=usage", what, pause)
                self._limiter.block(pause)
                self._limits.sleep(pause)
            fault = find_fault(answer.body)
            if fault is None:
                return answer.body
            error = build_fault_error(what, fault, self._usage.find_wait())
            last = attempt >= min(TRIES, self._limits.tries)
            wait = getattr(error, "retry_after_s", None) or float(attempt)
            if isinstance(error, RateLimited):
                self._limiter.block(wait)
            if not error.retryable or last or wait > self._limits.max_sleep_s:
                raise error
            self._limits.sleep(wait)
        raise AssertionError("the loop returns or raises")


def build_proof(app_secret: str, token: str) -> str:
    """`appsecret_proof`: shows that the caller has the app's secret as well as the token."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def fetch_rows(body: Any, path: str) -> list[dict[str, Any]]:
    """`data` of a list answer; null is an empty one.

    Raises:
        ContractBroken: If there is none.
    """
    require_no_fault(body, path)
    found = body.get("data") if isinstance(body, dict) else None
    if found is None and isinstance(body, dict) and "data" in body:
        return []
    if isinstance(found, list) and all(isinstance(row, dict) for row in found):
        return found
    keys = ", ".join(sorted(body)[:8]) if isinstance(body, dict) else type(body).__name__
    raise ContractBroken(
        f"the answer of `{path}` has no list `data`, it has: {keys or 'nothing'}. Expected a list "
        "of objects. Check the connection's host and the Graph version."
    )
