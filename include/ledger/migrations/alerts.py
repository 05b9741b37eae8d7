"""Alerts with a life of their own, who is told of them, and an outbox."""

from include.ledger.migrations.step import Migration

ALERTS = Migration(
    18,
    (
        "alter table elt_ops.alerts drop constraint alerts_pkey",
        """
        alter table elt_ops.alerts
        add column alert_id bigint generated always as identity primary key,
        add column type text not null default 'load_failed',
        add column severity text not null default 'error'
        check (severity in ('info', 'warning', 'error', 'critical')),
        add column subject text,
        add column cause text not null default '-',
        add column state text not null default 'open'
        check (state in ('open', 'acknowledged', 'muted', 'resolved')),
        add column who text,
        add column because text,
        add column until timestamptz,
        add column opened_at timestamptz,
        add column resolved_at timestamptz,
        add column told_at timestamptz,
        add column escalated_at timestamptz,
        add column reopened int not null default 0,
        add column is_flapping boolean not null default false,
        add column flap_gap interval not null default '0',
        add column news text
        check (news in ('opened', 'repeated', 'escalated', 'flapping', 'resolved')),
        add column news_at timestamptz,
        alter column error_class drop not null
        """,
        # What was sent under the old rule is over.
        """
        update elt_ops.alerts
        set state = 'resolved', opened_at = first_at, resolved_at = last_at, told_at = sent_at
        """,
        "alter table elt_ops.alerts alter column opened_at set default clock_timestamp()",
        """
        create unique index alerts_live on elt_ops.alerts (fingerprint) where state <> 'resolved'
        """,
        "create index alerts_history on elt_ops.alerts (fingerprint, alert_id desc)",
        "create index alerts_news on elt_ops.alerts (news_at) where news is not null",
        """
        comment on column elt_ops.alerts.cause is
        'Alerts with one cause are told in one message'
        """,
        """
        comment on column elt_ops.alerts.news is
        'What is still to be told of it; null when there is nothing'
        """,
        """
        create table elt_ops.alert_deliveries (
            delivery_id bigint generated always as identity primary key,
            tenant text not null,
            channel text not null,
            receiver text not null,
            kind text not null,
            group_key text not null,
            message jsonb not null,
            state text not null default 'waiting'
            check (state in ('waiting', 'sent', 'failed')),
            is_refused boolean not null default false,
            tries int not null default 0,
            not_before timestamptz not null,
            lease_until timestamptz,
            last_error text,
            created_at timestamptz not null,
            sent_at timestamptz
        )
        """,
        """
        create index alert_deliveries_waiting on elt_ops.alert_deliveries
        (receiver, delivery_id) where state = 'waiting'
        """,
        """
        create index alert_deliveries_group on elt_ops.alert_deliveries
        (receiver, group_key, created_at desc)
        """,
        """
        create table elt_ops.alert_notes (
            note_id bigint generated always as identity primary key,
            alert_id bigint not null references elt_ops.alerts on delete cascade,
            tenant text not null,
            channel text not null,
            receiver text not null,
            kind text not null,
            group_key text not null,
            is_digest boolean not null default false,
            created_at timestamptz not null,
            not_before timestamptz not null,
            delivery_id bigint references elt_ops.alert_deliveries on delete set null,
            is_told boolean not null default false
        )
        """,
        """
        comment on table elt_ops.alert_notes is
        'One piece of news for one receiver, until a message speaks of it'
        """,
        "create index alert_notes_waiting on elt_ops.alert_notes (not_before) where not is_told",
        "create index alert_notes_alert on elt_ops.alert_notes (alert_id)",
        "create index loads_finished on elt_ops.loads (finished_at)",
        "create index check_results_checked on elt_ops.check_results (checked_at)",
    ),
)
