"""Webhooks as they arrived, until a drain has turned them into rows."""

from include.ledger.migrations.step import Migration

INBOX = Migration(
    10,
    (
        """
        create table elt_ops.inbox (
            inbox_id bigint generated always as identity primary key,
            tenant text not null,
            feed text not null,
            event_id text not null,
            event_type text not null,
            occurred_at timestamptz not null,
            received_at timestamptz not null default clock_timestamp(),
            headers jsonb not null default '{}',
            body text not null,
            state text not null default 'new' check (state in ('new', 'drained', 'poison')),
            done text[] not null default '{}',
            reason text,
            tries int not null default 0,
            load_id bigint,
            settled_at timestamptz,
            unique (tenant, feed, event_id)
        )
        """,
        """
        create index inbox_new on elt_ops.inbox (tenant, feed, inbox_id) where state = 'new'
        """,
        """
        comment on table elt_ops.inbox is
        'Webhooks as they arrived. A row is settled in the transaction that commits its records; '
        '`done` names the streams that have taken it'
        """,
    ),
)
