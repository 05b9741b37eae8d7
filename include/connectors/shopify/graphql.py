"""One shop's GraphQL endpoint: cost budget, errors inside HTTP 200, warnings of the search.

Source: shopify.dev "GraphQL Admin API rate limits" and "response codes", read 2026-11.
"""

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from include.core.errors import (
    AccessDenied,
    ContractBroken,
    EltError,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.rates import Bucket
from include.extract.http.client import HttpClient
from include.extract.record_path import pick

log = logging.getLogger(__name__)

MAX_THROTTLED = 10
MAX_INTERNAL = 4
LONGEST_WAIT_S = 60.0
TOO_EXPENSIVE = "MAX_COST_EXCEEDED"
_NAME = re.compile(r"^[A-Za-z_.]{1,80}$")
_TOKEN_TEXT = re.compile(r"access token|api key|unauthorized|login", re.IGNORECASE)


class GraphQL:
    """Sends documents and keeps the shop's cost budget."""

    def __init__(
        self,
        client: HttpClient,
        path: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._path = path
        self._sleep = sleep
        self._cost: Mapping[str, Any] = {}

    def run(
        self, query: str, variables: Mapping[str, Any] | None = None, *, repeatable: bool = True
    ) -> Any:
        """The answer's `data`; None when the query costs more than one may, so ask for less.

        Raises:
            RateLimited: If the budget stays empty.
            AccessDenied: If the token is wrong or lacks a scope.
            UpstreamUnavailable: If the shop keeps failing inside.
            ContractBroken: If the query or its filter is not understood.
        """
        throttled = internal = 0
        while True:
            asked = self._wait_for_budget()
            body = {"query": query, "variables": dict(variables or {})}
            answer = self._client.post(self._path, body, repeatable=repeatable).body
            self._cost = pick(answer, "extensions.cost") or {}
            self._settle(asked)
            code, error = self._read_errors(answer)
            if code is None:
                return self._data(answer)
            if code == TOO_EXPENSIVE:
                return None
            if code == "THROTTLED" and throttled < MAX_THROTTLED:
                throttled += 1
                self._sleep(self._throttle_wait_s())
                self._cost = {}
            elif code == "INTERNAL_SERVER_ERROR" and internal < MAX_INTERNAL and repeatable:
                internal += 1
                self._sleep(random.uniform(0.5, 1) * 2**internal)  # noqa: S311  jitter
            else:
                raise error

    def _wait_for_budget(self) -> float:
        """Wait before the bucket is empty: a refused query costs a round trip; points set aside.

        What others of this shop's token take is in the shared budget, the rest in the last answer.
        """
        wanted = self._cost.get("actualQueryCost") or self._cost.get("requestedQueryCost") or 0
        wanted = max(wanted, self._cost.get("requestedQueryCost") or 0)
        if self._client.limiter and self._client.limiter.is_shared:
            self._client.limiter.wait_points(float(wanted), LONGEST_WAIT_S)
            return float(wanted)
        status = self._cost.get("throttleStatus") or {}
        missing = wanted - (status.get("currentlyAvailable") or wanted)
        if missing > 0 and status.get("restoreRate"):
            wait = min(missing / status["restoreRate"], LONGEST_WAIT_S)
            log.info("action=wait_for_budget wait_s=%.1f", wait)
            self._sleep(wait)
            self._cost = {}
        return 0.0

    def _settle(self, asked: float) -> None:
        """Tell the shared budget what the query really took, and what the shop says is left."""
        status = self._cost.get("throttleStatus") or {}
        known = [status.get(n) for n in ("maximumAvailable", "restoreRate", "currentlyAvailable")]
        if self._client.limiter is None or not all(isinstance(n, int | float) for n in known):
            return
        size, rate, available = (float(n) for n in known)
        if size > 0 and rate > 0:
            actual = float(self._cost.get("actualQueryCost") or 0)
            bucket = Bucket(size, rate, available)
            self._client.limiter.settle_points(max(0.0, asked - actual), bucket)

    def _throttle_wait_s(self) -> float:
        """Seconds until the budget holds this query."""
        wanted = self._cost.get("requestedQueryCost") or 0
        status = self._cost.get("throttleStatus") or {}
        rate = status.get("restoreRate") or 50
        wait = max(1.0, (wanted - (status.get("currentlyAvailable") or 0)) / rate)
        return float(min(wait, LONGEST_WAIT_S))

    def _read_errors(self, answer: Any) -> tuple[str | None, EltError]:
        errors = answer.get("errors") if isinstance(answer, dict) else None
        if not errors:
            return None, ContractBroken("nothing is wrong. Expected no use of this. Report it.")
        if isinstance(errors, str):
            return "STRING", _string_error(errors)
        first = errors[0] if isinstance(errors, list) else errors
        code = str(pick(first, "extensions.code") or "UNKNOWN")
        return code, self._build_error(code, first)

    def _build_error(self, code: str, first: Any) -> EltError:
        if code == "THROTTLED":
            wait = self._throttle_wait_s()
            return RateLimited(
                f"the shop's cost budget stays empty. Expected it to refill. Try in {wait:.0f} s.",
                retry_after_s=wait,
            )
        if code == "INTERNAL_SERVER_ERROR":
            return UpstreamUnavailable(
                "the shop answered `INTERNAL_SERVER_ERROR`. Expected data. It is tried again later."
            )
        where = ".".join(str(step) for step in pick(first, "path") or [] if _NAME.match(str(step)))
        if code == "ACCESS_DENIED":
            return AccessDenied(
                f"the token may not read `{where or 'this field'}`. Expected the scopes "
                "read_orders, read_all_orders, read_customers, read_products, read_inventory and "
                "read_locations. Grant the missing one to the app and install it again."
            )
        names = [pick(first, f"extensions.{key}") for key in ("typeName", "fieldName")]
        told = ".".join(n for n in names if isinstance(n, str) and _NAME.match(n)) or where
        shown = code if _NAME.match(code) else "UNKNOWN"
        return ContractBroken(
            f"the shop refused the query with `{shown}` at `{told or 'no place given'}`. Expected "
            "it to fit API version of connector.yaml. Check the version and the declared columns."
        )

    def _data(self, answer: Any) -> Any:
        """Data, unless the search warns: an unknown filter is ignored and everything matches."""
        searches = pick(answer, "extensions.search") or []
        for search in searches:
            warnings = search.get("warnings") if isinstance(search, dict) else None
            if warnings:
                field = str(pick(warnings[0], "field") or "")
                raise ContractBroken(
                    f"the shop ignored the filter `{field if _NAME.match(field) else 'unknown'}`. "
                    "Expected it to be applied; without it every record matches. Check the "
                    "API version and the query's filter."
                )
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise ContractBroken(
                "the shop answered without `data`. Expected a GraphQL answer. Check the "
                "connection's host and the API version."
            )
        return data


def _string_error(text: str) -> EltError:
    """`errors` as a sentence; it is not shown, it may repeat what was sent."""
    if _TOKEN_TEXT.search(text):
        return AccessDenied(
            "the shop does not accept the access token. Expected a token of an app installed on "
            "this shop. Check the connection's password and host."
        )
    return ContractBroken(
        "the shop answered with an error sentence instead of data. Expected a GraphQL answer. "
        "Check the connection's host and the API version."
    )
