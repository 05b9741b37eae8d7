"""Consents on their way: begun in the console, ended once by the vendor's callback, or forgotten.

The state itself is not kept, only its digest: who reads the table can end nobody's consent.
"""

import hashlib
from dataclasses import dataclass, field

from include.ledger.connection import Connection
from include.ledger.stores.sealing import build_sealer

_FORGET = """
delete from elt_ops.consents where begun_at < clock_timestamp() - interval '15 minutes'
"""


@dataclass(frozen=True)
class Begun:
    """Who asked, for which feed.

    Attributes:
        verifier: PKCE's secret; empty where there is none.
    """

    tenant: str
    feed: str
    who: str
    verifier: str = field(repr=False)


def run_begin(connection: Connection, state: str, begun: Begun) -> None:
    """Remember it; what was begun long ago is forgotten.

    Raises:
        ConfigError: If there is no key to seal the verifier with.
    """
    sealed = build_sealer().encrypt(begun.verifier.encode()).decode()
    connection.execute(_FORGET.encode())
    connection.execute(
        "insert into elt_ops.consents (state_digest, tenant, feed, who, sealed) "
        "values (%s, %s, %s, %s, %s)",
        [_digest(state), begun.tenant, begun.feed, begun.who, sealed],
    )


def run_take(connection: Connection, state: str, who: str) -> Begun | None:
    """What this person began with this state, which ends with it; None: nothing, or too long ago.

    Another person's stays: a link that was sent around ends nothing.
    """
    connection.execute(_FORGET.encode())
    row = connection.execute(
        "delete from elt_ops.consents where state_digest = %s and who = %s "
        "returning tenant, feed, who, sealed",
        [_digest(state), who],
    ).fetchone()
    if row is None:
        return None
    return Begun(row[0], row[1], row[2], build_sealer().decrypt(str(row[3]).encode()).decode())


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
