"""Rejects on their way to quarantine: made storable, and told which row they stand for."""

import hashlib
import json
from collections.abc import Sequence

from include.core.streams import Reject
from include.destinations.column_types import SQL_TYPES
from include.destinations.layout import StreamLayout
from include.destinations.protocol import LoadSession
from include.ledger import rejects as ledger
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.ledger.rejects import StagedReject
from include.load.shape.records import storable
from include.load.shape.values import Misfit, fit_value


class Rejects:
    """The staged rejects of one load.

    Attributes:
        count: Rejects staged so far.
    """

    def __init__(self, connection: Connection, layout: StreamLayout) -> None:
        self.connection = connection
        self.layout = layout
        self.count = 0

    def run_stage(self, rejects: Sequence[Reject]) -> None:
        """Stage some; the same reason and payload have the same fingerprint in every load."""
        if rejects:
            ledger.run_stage(self.connection, [build_staged(self.layout, one) for one in rejects])
            self.count += len(rejects)

    def run_clear(self) -> None:
        """Forget them: their part is committed."""
        ledger.run_clear(self.connection)
        self.count = 0


def fetch_loaded(connection: Connection, place: LoadPlace, session: LoadSession) -> list[int]:
    """Ids of open records in quarantine of which a good reading is staged."""
    known = ledger.fetch_open_keys(connection, place)
    ids = list(known)
    return [ids[at] for at in session.fetch_staged(list(known.values()))] if known else []


def key_kinds(layout: StreamLayout) -> list[str]:
    """The types by whose text the books compare keys, as of now."""
    return [SQL_TYPES[layout.parent.types[key]] for key in layout.primary_key]


def build_staged(layout: StreamLayout, reject: Reject) -> StagedReject:
    """The reject as it is staged."""
    return StagedReject(
        _fingerprint(reject),
        storable(reject.key),
        storable(reject.reason),
        storable(reject.detail),
        storable(reject.payload),
        _build_key(layout, reject.key_values),
        reject.form,
    )


def _build_key(layout: StreamLayout, values: Sequence[str] | None) -> str | None:
    """The key as JSON; None unless it is one that a row of this table can have."""
    keys, types = layout.primary_key, layout.parent.types
    if values is None or len(values) != len(keys):
        return None
    try:
        fitted = [fit_value(value, types[key]) for key, value in zip(keys, values, strict=True)]
    except Misfit:
        return None
    return None if None in fitted else json.dumps(list(values), ensure_ascii=False)


def _fingerprint(reject: Reject) -> str:
    content = "\x00".join((reject.reason, reject.payload))
    return hashlib.blake2b(content.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
