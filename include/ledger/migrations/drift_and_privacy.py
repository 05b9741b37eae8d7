"""Schema changes that are told and settled, columns filled back, and people who were erased."""

from include.ledger.migrations.step import Migration

DRIFT_AND_PRIVACY = Migration(
    8,
    (
        "alter table elt_ops.schema_changes drop constraint schema_changes_change_check",
        """
        alter table elt_ops.schema_changes
        add constraint schema_changes_change_check
        check (
            change in (
                'added', 'widened', 'not_filled',
                'unknown_field', 'discarded_field', 'vanished_field'
            )
        ),
        add column records bigint,
        add column resolved_at timestamptz,
        add column resolved_by text check (resolved_by in ('came_back', 'declared')),
        add column resolved_load_id bigint,
        add column alert_due boolean not null default false,
        add column alerted_at timestamptz
        """,
        """
        comment on column elt_ops.schema_changes.records is
        'How many records it concerned in the load that noticed it; null where that is not counted'
        """,
        "drop index elt_ops.schema_changes_noticed_once",
        """
        create unique index schema_changes_noticed_once on elt_ops.schema_changes
        (tenant, feed, stream, table_name, column_name, change)
        where
            change in ('unknown_field', 'discarded_field', 'vanished_field')
            and resolved_at is null
        """,
        """
        create index schema_changes_untold on elt_ops.schema_changes (tenant, feed)
        where alert_due and alerted_at is null
        """,
        """
        create table elt_ops.filled_columns (
            schema_name text not null,
            table_name text not null,
            column_name text not null,
            declaration text not null,
            records bigint not null,
            load_id bigint not null,
            filled_at timestamptz not null default clock_timestamp(),
            primary key (schema_name, table_name, column_name)
        )
        """,
        """
        comment on table elt_ops.filled_columns is
        'Columns that were filled from _extra when they were declared, as declared then'
        """,
        """
        create table elt_ops.erasures (
            erasure_id bigint generated always as identity primary key,
            tenant text not null,
            kind text not null check (kind in ('email', 'phone', 'row')),
            digest text not null,
            requested_at timestamptz not null default clock_timestamp(),
            requested_by text not null default session_user,
            unique (tenant, kind, digest)
        )
        """,
        """
        create table elt_ops.erasure_salts (
            tenant text primary key,
            salt bytea not null
        )
        """,
        """
        comment on table elt_ops.erasures is
        'People who were erased, as salted digests: loads redact what still arrives about them'
        """,
    ),
)
