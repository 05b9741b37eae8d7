"""Values that could not become their new column: into quarantine, under their record's key."""

import hashlib
from collections.abc import Sequence

import orjson

from include.destinations.layout import StreamLayout
from include.destinations.protocol import Unfilled
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.ledger.rejects import StagedReject, run_add_unread

REASON = "not_filled"


def run_quarantine_misfits(
    connection: Connection,
    place: LoadPlace,
    load_id: int,
    layout: StreamLayout,
    values: Sequence[Unfilled],
) -> None:
    """Write them down; a later reading of the record closes them as any other.

    Nothing of it counts in the load's books: no record was read.
    """
    rows = [(one.feed, _build_row(layout, one)) for one in values]
    run_add_unread(connection, place, load_id, rows)


def _build_row(layout: StreamLayout, one: Unfilled) -> StagedReject:
    shown = ", ".join(f"{n}={v}" for n, v in zip(layout.primary_key, one.key, strict=True))
    content = "\x00".join((REASON, shown, one.payload)).encode("utf-8", "backslashreplace")
    fingerprint = hashlib.blake2b(content, digest_size=16).hexdigest()
    key = orjson.dumps(list(one.key)).decode()
    return StagedReject(fingerprint, shown[:200], REASON, one.detail, one.payload, key, "text")
