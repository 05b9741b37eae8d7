"""What people changed in the console, append-only."""

from include.ledger.migrations.step import Migration

AUDIT = Migration(
    17,
    (
        """
        create table elt_ops.console_audit (
            audit_id bigint generated always as identity primary key,
            at timestamptz not null default clock_timestamp(),
            who text not null,
            tenant text not null,
            what text not null,
            about jsonb not null
        )
        """,
        "create index console_audit_tenant on elt_ops.console_audit (tenant, audit_id desc)",
        """
        create function elt_ops.refuse_change() returns trigger language plpgsql as
        'begin raise exception ''console_audit is append-only''; end'
        """,
        """
        create trigger console_audit_is_append_only
        before update or delete or truncate on elt_ops.console_audit
        for each statement execute function elt_ops.refuse_change()
        """,
    ),
)
