"""Quarantine that can be closed, backfills in chunks, and who rewound a cursor."""

from include.ledger.migrations.step import Migration

OPERATIONS = Migration(
    9,
    (
        "alter table elt_ops.quarantine drop constraint quarantine_state_check",
        """
        alter table elt_ops.quarantine
        add constraint quarantine_state_check
        check (state in ('open', 'replayed', 'dropped', 'resolved')),
        add column key_values jsonb,
        add column form text not null default 'record' check (form in ('record', 'row', 'text')),
        add column resolution text,
        add column closed_at timestamptz,
        add column closed_load_id bigint
        """,
        """
        comment on column elt_ops.quarantine.key_values is
        'Primary key as texts in its order; null when the record does not say which row it is'
        """,
        "comment on column elt_ops.quarantine.form is 'How payload is to be read again'",
        """
        comment on column elt_ops.quarantine.resolution is
        'loaded, replayed, superseded, or why a person dropped it'
        """,
        """
        create index quarantine_open on elt_ops.quarantine (tenant, feed, stream)
        where state = 'open'
        """,
        """
        create table elt_ops.cursor_changes (
            change_id bigint generated always as identity primary key,
            tenant text not null,
            feed text not null,
            stream text not null,
            value_before text,
            value_after text,
            reason text not null default '',
            changed_by text not null default session_user,
            changed_at timestamptz not null default clock_timestamp()
        )
        """,
        """
        create index cursor_changes_place on elt_ops.cursor_changes
        (tenant, feed, stream, changed_at desc)
        """,
        """
        create table elt_ops.backfills (
            backfill_id bigint generated always as identity primary key,
            tenant text not null,
            feed text not null,
            window_start timestamptz not null,
            window_end timestamptz not null,
            chunk text not null,
            state text not null default 'running'
            check (state in ('running', 'paused', 'cancelled', 'done')),
            note text not null default '',
            created_at timestamptz not null default clock_timestamp(),
            finished_at timestamptz,
            check (window_start < window_end)
        )
        """,
        "create index backfills_place on elt_ops.backfills (tenant, feed, backfill_id desc)",
        """
        create table elt_ops.backfill_chunks (
            backfill_id bigint not null references elt_ops.backfills on delete cascade,
            stream text not null,
            window_start timestamptz not null,
            window_end timestamptz not null,
            state text not null default 'waiting'
            check (state in ('waiting', 'running', 'done', 'failed')),
            worker text,
            heartbeat_at timestamptz,
            not_before timestamptz,
            tries int not null default 0,
            load_id bigint,
            read bigint,
            written bigint,
            seconds double precision,
            error text,
            primary key (backfill_id, stream, window_start)
        )
        """,
    ),
)
