"""Service tokens: a program's login to one tenant's part of the API. Only their digest is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from include.console.fleet import Fleet
from include.console.people import Person
from include.core import naming
from include.core.errors import EltError
from include.ledger.connection import Connection

PREFIX = "elt_"
_ALIVE = "revoked_at is null and (expires_at is null or expires_at > now())"
_COLUMNS = "token_id, tenant, name, scope, made_by, made_at, expires_at, revoked_at, revoked_by"


@dataclass(frozen=True)
class TokenRights:
    """What a token may do: read one tenant, or change it, too."""

    tenant: str
    scope: str

    def may_read(self, dag_id: str) -> bool:
        return dag_id == naming.transform_dag_id(self.tenant)

    def may_run(self, dag_id: str) -> bool:
        return self.scope == "write" and self.may_read(dag_id)


def build_digest(token: str) -> str:
    """Tokens are 256 random bits: a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def fetch_person(fleet: Fleet, token: str) -> Person | None:
    """Whose token it is; None for one that is unknown, over or taken back.

    Raises:
        EltError: The warehouse does not answer: nobody is let in.
    """
    query = f"select tenant, name, scope from elt_ops.service_tokens where digest = %s and {_ALIVE}"  # noqa: S608 our words
    with fleet.keep_platform_warehouse().connect() as connection:
        row = connection.execute(query.encode(), [build_digest(token)]).fetchone()
    if row is None:
        return None
    tenant, name, scope = map(str, row)
    rights = TokenRights(tenant, scope)
    return Person(f"token {name}", rights, tenants=frozenset({tenant}), is_token=True)


def run_make(
    connection: Connection, tenant: str, name: str, scope: str, said: tuple[str, int | None]
) -> tuple[int, str]:
    """Its number, and the token itself, which nobody can read again.

    Args:
        said: Who makes it, and for how many days; None: until it is taken back.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    row = connection.execute(
        "insert into elt_ops.service_tokens (tenant, name, scope, digest, made_by, expires_at) "
        "values (%s, %s, %s, %s, %s, now() + make_interval(days => %s::int)) returning token_id",
        [tenant, name, scope, build_digest(token), *said],
    ).fetchone()
    assert row is not None
    return int(row[0]), token


def fetch_tokens(connection: Connection, tenant: str) -> list[dict[str, Any]]:
    """All of the tenant's, the newest first; no digest."""
    query = (
        f"select {_COLUMNS} from elt_ops.service_tokens where tenant = %s "  # noqa: S608 our words
        "order by token_id desc limit 200"
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), [tenant]).fetchall()


def run_revoke(connection: Connection, tenant: str, token_id: int, who: str) -> bool:
    """Take a token back for good; False when there is none to take."""
    done = connection.execute(
        "update elt_ops.service_tokens set revoked_at = now(), revoked_by = %s "
        "where (tenant, token_id) = (%s, %s) and revoked_at is null",
        [who, tenant, token_id],
    )
    return done.rowcount == 1


def is_ours(header: str) -> bool:
    """Whether an Authorization header carries one of these; others are Airflow's."""
    return header[:7].lower() == "bearer " and header[7:].strip().startswith(PREFIX)


def fetch_bearer(fleet: Fleet, header: str) -> Person | None:
    """The person of an Authorization header; None, too, while the warehouse does not answer."""
    try:
        return fetch_person(fleet, header[7:].strip()[:200])
    except EltError:
        return None
