"""Who belongs together: organisations, their tenants, their people, and invitations on their way.

Of the platform's own warehouse, as the registry is. They say who may see what, so no tenant's
session reads them.
"""

from include.ledger.migrations.step import Migration
from include.ledger.migrations.tenant_walls import build_wall

_ROLE = "role text not null check (role in ('viewer', 'operator', 'admin'))"

ORGANISATIONS = Migration(
    28,
    (
        """
        create table elt_ops.organisations (
            org text primary key,
            name text not null,
            version int not null default 1,
            who text not null,
            at timestamptz not null default clock_timestamp()
        )
        """,
        """
        create table elt_ops.organisation_tenants (
            tenant text primary key,
            org text not null references elt_ops.organisations on delete cascade
        )
        """,
        f"""
        create table elt_ops.members (
            org text not null references elt_ops.organisations on delete cascade,
            who text not null,
            tenant text not null default '',
            {_ROLE},
            invited_by text not null,
            at timestamptz not null default clock_timestamp(),
            primary key (org, who, tenant)
        )
        """,
        f"""
        create table elt_ops.invitations (
            invitation_id bigint generated always as identity primary key,
            org text not null references elt_ops.organisations on delete cascade,
            tenant text not null default '',
            {_ROLE},
            note text not null,
            digest text not null unique,
            made_by text not null,
            made_at timestamptz not null default clock_timestamp(),
            expires_at timestamptz not null,
            accepted_by text,
            accepted_at timestamptz,
            revoked_at timestamptz
        )
        """,
        "comment on column elt_ops.members.tenant is 'Empty: every tenant of the organisation'",
        *build_wall("organisation_tenants"),
        *build_wall("members"),
        *build_wall("invitations"),
    ),
)
