"""Organisations, which tenants are theirs, who is a member, and invitations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row, dict_row

from include.core.errors import Overtaken
from include.ledger.connection import Connection

# Whose line of the audit log it is: no tenant's id begins so.
AUDITED = "@{org}"
_ALIVE = "accepted_at is null and revoked_at is null and expires_at > clock_timestamp()"


@dataclass(frozen=True, slots=True)
class Organisation:
    """An agency, or a business with several shops."""

    org: str
    name: str
    version: int
    who: str
    at: datetime
    tenants: list[str]


@dataclass(frozen=True, slots=True)
class Member:
    """Attributes:
    tenant: The one it is about; empty: every tenant of the organisation.
    role: viewer, operator or admin.
    """

    org: str
    who: str
    tenant: str
    role: str


def fetch_organisations(connection: Connection, org: str | None = None) -> list[Organisation]:
    """All, or the one of this id; by id."""
    query = """
        select o.org, o.name, o.version, o.who, o.at, coalesce(
            array_agg(t.tenant order by t.tenant) filter (where t.tenant is not null), '{}'
        ) as tenants
        from elt_ops.organisations as o
        left join elt_ops.organisation_tenants as t using (org)
        where %(org)s::text is null or o.org = %(org)s
        group by o.org order by o.org
    """
    with connection.cursor(row_factory=class_row(Organisation)) as cursor:
        return cursor.execute(query, {"org": org}).fetchall()


def fetch_members(connection: Connection, org: str | None = None) -> list[Member]:
    """Of all organisations, or of one; by name."""
    query = """
        select org, who, tenant, role from elt_ops.members
        where %(org)s::text is null or org = %(org)s order by org, who, tenant
    """
    with connection.cursor(row_factory=class_row(Member)) as cursor:
        return cursor.execute(query, {"org": org}).fetchall()


def run_add_organisation(connection: Connection, org: str, name: str, who: str) -> bool:
    """False when there is one of that id."""
    done = connection.execute(
        "insert into elt_ops.organisations (org, name, who) values (%s, %s, %s) "
        "on conflict do nothing",
        [org, name, who],
    )
    return done.rowcount == 1


def run_change_organisation(
    connection: Connection, before: Organisation, name: str, tenants: Iterable[str], who: str
) -> int:
    """Its name and its tenants, which leave the organisation they were of; the next version.

    Raises:
        Overtaken: It has changed since; nothing was written.
    """
    row = connection.execute(
        "update elt_ops.organisations set name = %s, who = %s, at = clock_timestamp(), "
        "version = version + 1 where (org, version) = (%s, %s) returning version",
        [name, who, before.org, before.version],
    ).fetchone()
    if row is None:
        raise Overtaken(f"the organisation `{before.org}` has changed. Read it again.")
    connection.execute("delete from elt_ops.organisation_tenants where org = %s", [before.org])
    for tenant in sorted(set(tenants)):
        connection.execute(
            "insert into elt_ops.organisation_tenants (tenant, org) values (%s, %s) "
            "on conflict (tenant) do update set org = excluded.org",
            [tenant, before.org],
        )
    return int(row[0])


def run_remove_organisation(connection: Connection, before: Organisation) -> None:
    """With its members and invitations; its tenants stay, and are nobody's.

    Raises:
        Overtaken: It has changed since; nothing was written.
    """
    done = connection.execute(
        "delete from elt_ops.organisations where (org, version) = (%s, %s)",
        [before.org, before.version],
    )
    if done.rowcount != 1:
        raise Overtaken(f"the organisation `{before.org}` has changed. Read it again.")


def run_set_member(connection: Connection, member: Member, by: str) -> None:
    """Make somebody a member, or give them another role."""
    connection.execute(
        "insert into elt_ops.members (org, who, tenant, role, invited_by) "
        "values (%s, %s, %s, %s, %s) on conflict (org, who, tenant) do update set "
        "role = excluded.role, invited_by = excluded.invited_by, at = clock_timestamp()",
        [member.org, member.who, member.tenant, member.role, by],
    )


def run_remove_member(connection: Connection, org: str, who: str) -> int:
    """Everything they were in this organisation; how many roles that was."""
    query = "delete from elt_ops.members where (org, who) = (%s, %s)"
    return connection.execute(query, [org, who]).rowcount


def fetch_invitations(connection: Connection, org: str) -> list[dict[str, Any]]:
    """The newest first; no digest."""
    query = """
        select invitation_id, org, tenant, role, note, made_by, made_at, expires_at, accepted_by,
            accepted_at, revoked_at
        from elt_ops.invitations where org = %s order by invitation_id desc limit 200
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, [org]).fetchall()


def run_invite(connection: Connection, wanted: Member, said: tuple[str, str, str, int]) -> int:
    """Its number.

    Args:
        wanted: What becomes of whoever accepts; `who` is not known yet.
        said: Digest of the link's secret, a note, who invites, for how many days.
    """
    digest, note, by, days = said
    row = connection.execute(
        "insert into elt_ops.invitations (org, tenant, role, digest, note, made_by, expires_at) "
        "values (%s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(days => %s)) "
        "returning invitation_id",
        [wanted.org, wanted.tenant, wanted.role, digest, note, by, days],
    ).fetchone()
    assert row is not None
    return int(row[0])


def run_accept(connection: Connection, digest: str, who: str) -> Member | None:
    """Use an invitation up; None: there is none, it was used, taken back or is too old."""
    row = connection.execute(
        "update elt_ops.invitations set accepted_by = %s, accepted_at = clock_timestamp() "  # noqa: S608 our words
        f"where digest = %s and {_ALIVE} returning org, tenant, role, made_by".encode(),
        [who, digest],
    ).fetchone()
    if row is None:
        return None
    org, tenant, role, by = map(str, row)
    member = Member(org, who, tenant, role)
    run_set_member(connection, member, by)
    return member


def run_revoke_invitation(connection: Connection, org: str, invitation: int) -> bool:
    """False when there is none to take back."""
    done = connection.execute(
        "update elt_ops.invitations set revoked_at = clock_timestamp() "  # noqa: S608 our words
        f"where (org, invitation_id) = (%s, %s) and {_ALIVE}".encode(),
        [org, invitation],
    )
    return done.rowcount == 1
