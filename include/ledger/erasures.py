"""Who was erased, as digests: enough to recognise what still arrives, not to tell who it was.

The digests are salted for each tenant with a random key that is kept beside them, so they cannot
be looked up in a list made elsewhere. They are personal data all the same, kept to fulfil the
erasure.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from include.ledger.connection import Connection


@dataclass(frozen=True)
class Erasures:
    """A tenant's list.

    Attributes:
        newest: Id of the newest entry; 0 when there is none.
        digests: Kind (`email`, `phone`, `row`) -> digests.
    """

    newest: int = 0
    salt: bytes = b""
    digests: dict[str, set[str]] = field(default_factory=dict)

    def digest(self, text: str) -> str:
        return build_digest(self.salt, text)


def build_digest(salt: bytes, text: str) -> str:
    return hmac.digest(salt, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def fetch_newest(connection: Connection, tenant: str) -> int:
    """Id of the newest entry; 0 for almost every tenant."""
    query = "select coalesce(max(erasure_id), 0) from elt_ops.erasures where tenant = %s"
    row = connection.execute(query, [tenant]).fetchone()
    return int(row[0]) if row else 0


def fetch_erasures(connection: Connection, tenant: str) -> Erasures:
    """The tenant's list; empty, after one cheap question, where nobody was erased."""
    newest = fetch_newest(connection, tenant)
    if not newest:
        return Erasures()
    digests: dict[str, set[str]] = {}
    query = "select kind, digest from elt_ops.erasures where tenant = %s"
    for kind, digest in connection.execute(query, [tenant]):
        digests.setdefault(str(kind), set()).add(str(digest))
    return Erasures(newest, fetch_salt(connection, tenant), digests)


def fetch_salt(connection: Connection, tenant: str) -> bytes:
    """The key of the tenant's digests, made on first use."""
    connection.execute(
        "insert into elt_ops.erasure_salts (tenant, salt) values (%s, %s) on conflict do nothing",
        [tenant, secrets.token_bytes(32)],
    )
    query = "select salt from elt_ops.erasure_salts where tenant = %s"
    row = connection.execute(query, [tenant]).fetchone()
    assert row is not None
    return bytes(row[0])


def run_add_erasures(
    connection: Connection, tenant: str, entries: Iterable[tuple[str, str]]
) -> int:
    """Add (kind, text) to the list; returns how many were not on it."""
    salt, added = fetch_salt(connection, tenant), 0
    for kind, text in entries:
        added += connection.execute(
            "insert into elt_ops.erasures (tenant, kind, digest) values (%s, %s, %s) "
            "on conflict do nothing",
            [tenant, kind, build_digest(salt, text)],
        ).rowcount
    return added
