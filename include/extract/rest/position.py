"""Where a list can be read on later: a paginator's step as text, and back.

Only lists whose paginator is `resumable` get one. A step holds page tokens, ids or an address of
the source's own; one that repeats a secret of the connection is not kept.
"""

import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from include.config.blocks.paginator import Paginator
from include.config.connector_spec import Stream
from include.core.errors import PositionRefused, UpstreamError
from include.extract.rest.paginators import Step

# How sources refuse a token that has expired, or an id whose record is gone.
REFUSED = frozenset({400, 404, 410, 422})
SHORTEST_SECRET = 6


def is_resumable(stream: Stream, paginator: Paginator) -> bool:
    """Lists below another list are not: which parents were done, no token says."""
    return paginator.resumable and stream.parent is None


def dump_position(step: Step | None, secrets: Iterable[str]) -> str | None:
    """The step as text; None at the end of the list, or when a secret stands in it."""
    if step is None:
        return None
    text = json.dumps({"params": dict(step.params), "url": step.url}, sort_keys=True)
    for secret in secrets:
        spellings = {secret, quote(secret, safe=""), quote_plus(secret)}
        if len(secret) >= SHORTEST_SECRET and any(spelt in text for spelt in spellings):
            return None
    return text


def load_position(text: str) -> Step:
    """The step a position stands for.

    Raises:
        PositionRefused: If it was written in another form.
    """
    try:
        found = json.loads(text)
        params = {str(name): str(value) for name, value in found["params"].items()}
        return Step(params, found["url"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PositionRefused(
            "the position of an earlier read cannot be understood. Expected what this version "
            "writes. The list is read from its start."
        ) from None


def build_refusal(error: UpstreamError, path: str) -> UpstreamError:
    """The error of a page after the first: a refused position where the status says so."""
    if error.status not in REFUSED:
        return error
    refusal = PositionRefused(
        f"`{path}` no longer takes the position to go on at (HTTP {error.status}). Expected the "
        "next page. The list is read from its start."
    )
    refusal.status = error.status
    return refusal
