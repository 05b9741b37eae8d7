"""What checks touch, who muted them until when, scores by stream, numbers bands learn from."""

from include.ledger.migrations.step import Migration

TRUST = Migration(
    16,
    (
        """
        alter table elt_ops.check_results
        drop constraint check_results_severity_check,
        add constraint check_results_severity_check
        check (severity in ('info', 'warn', 'error')),
        add column dimension text not null default 'validity',
        add column origin text not null default 'built_in',
        add column rows_checked bigint,
        add column share double precision,
        add column money_share double precision,
        add column muted_until timestamptz
        """,
        """
        comment on column elt_ops.check_results.stream is
        'Stream of a raw check; table of a check on marts, where it speaks of one'
        """,
        """
        comment on column elt_ops.check_results.origin is
        'built_in, declared, file, dbt or learned'
        """,
        """
        comment on column elt_ops.check_results.share is
        'Part of the rows that is bad, 0 to 1; null where a check counts no rows'
        """,
        "alter table elt_ops.scores add column stream text, add column reasons jsonb "
        "not null default '[]', add column rows_checked bigint",
        """
        comment on column elt_ops.scores.reasons is
        'What each point was lost to: dimension, points, check, words; they add up to 100 - score'
        """,
        """
        create table elt_ops.check_mutes (
            mute_id bigint generated always as identity primary key,
            tenant text not null,
            feed text,
            stream text,
            check_name text not null,
            until timestamptz not null,
            because text not null,
            who text not null,
            created_at timestamptz not null default clock_timestamp(),
            ended_at timestamptz
        )
        """,
        "create index check_mutes_tenant on elt_ops.check_mutes (tenant, until desc)",
        """
        create table elt_ops.daily_metrics (
            tenant text not null,
            layer text not null check (layer in ('raw', 'mart')),
            feed text not null default '',
            stream text not null,
            metric text not null,
            day date not null,
            value double precision not null,
            noted_at timestamptz not null default clock_timestamp(),
            primary key (tenant, layer, feed, stream, metric, day)
        )
        """,
        """
        comment on table elt_ops.daily_metrics is
        'Numbers of one day of a table (rows, share of nulls, sums): what bands are learned from'
        """,
    ),
)
