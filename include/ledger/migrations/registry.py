"""Tenants and feeds made in the console: every version stays, the newest counts.

Service tokens, answers already given to a repeated request, and what OAuth began are the console's,
too. These tables are those of the platform's own warehouse; other warehouses have them empty.
"""

from include.ledger.migrations.step import Migration

_VERSION = """
    version int not null check (version > 0),
    spec json,
    who text not null,
    at timestamptz not null default clock_timestamp(),
    why text not null default ''
"""

REGISTRY = Migration(
    20,
    (
        f"create table elt_ops.tenants (tenant text not null, {_VERSION}, "
        "primary key (tenant, version))",
        f"create table elt_ops.feeds (tenant text not null, feed text not null, {_VERSION}, "
        "primary key (tenant, feed, version))",
        """
        create function elt_ops.refuse_rewriting() returns trigger language plpgsql as
        'begin raise exception ''% is append-only'', tg_table_name; end'
        """,
        *(
            f"create trigger {table}_is_append_only before update or delete or truncate "
            f"on elt_ops.{table} for each statement execute function elt_ops.refuse_rewriting()"
            for table in ("tenants", "feeds")
        ),
        """
        create table elt_ops.service_tokens (
            token_id bigint generated always as identity primary key,
            tenant text not null,
            name text not null,
            scope text not null check (scope in ('read', 'write')),
            digest text not null unique,
            made_by text not null,
            made_at timestamptz not null default clock_timestamp(),
            expires_at timestamptz,
            revoked_at timestamptz,
            revoked_by text
        )
        """,
        """
        create table elt_ops.given_answers (
            who text not null,
            key text not null,
            digest text not null,
            status int,
            body text,
            at timestamptz not null default clock_timestamp(),
            primary key (who, key)
        )
        """,
    ),
)
