"""Reads that are committed in parts, and what a load has to say about itself."""

from include.ledger.migrations.step import Migration

CHECKPOINTS = Migration(
    5,
    (
        """
        create table elt_ops.checkpoints (
            tenant text not null,
            feed text not null,
            stream text not null,
            reads text not null,
            kind text not null,
            position text not null,
            window_start timestamptz,
            window_end timestamptz,
            cursor_before text,
            cursor_after text,
            started_at timestamptz not null,
            part int not null,
            delivered bigint not null,
            load_id bigint not null,
            saved_at timestamptz not null default clock_timestamp(),
            primary key (tenant, feed, stream, reads)
        )
        """,
        """
        comment on table elt_ops.checkpoints is
        'Where a read that is committed in parts can go on; gone when its last part is committed'
        """,
        """
        comment on column elt_ops.checkpoints.reads is
        'What is being read: onwards (from the cursor), or the interval of a backfill'
        """,
        """
        alter table elt_ops.loads
        add column part int not null default 1,
        add column is_last boolean not null default true,
        add column delivered bigint,
        add column notices jsonb not null default '[]'
        """,
        """
        comment on column elt_ops.loads.delivered is
        'Records of the whole read up to and with this part, each key once a part'
        """,
    ),
)
