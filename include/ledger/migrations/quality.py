"""Check results, scores and alerts."""

from include.ledger.migrations.step import Migration

QUALITY = Migration(
    2,
    (
        """
        create table elt_ops.check_results (
            result_id bigint generated always as identity primary key,
            tenant text not null,
            feed text,
            stream text,
            layer text not null check (layer in ('raw', 'mart')),
            check_name text not null,
            severity text not null check (severity in ('warn', 'error')),
            state text not null,
            bad_rows bigint,
            sample jsonb not null default '[]',
            message text not null default '',
            checked_at timestamptz not null,
            dag_id text,
            run_id text
        )
        """,
        "create index check_results_place on elt_ops.check_results (tenant, feed, checked_at desc)",
        """
        create table elt_ops.scores (
            score_id bigint generated always as identity primary key,
            tenant text not null,
            feed text,
            layer text not null,
            score numeric(5, 2),
            checks int not null,
            failed int not null,
            scored_at timestamptz not null,
            dag_id text,
            run_id text
        )
        """,
        "create index scores_place on elt_ops.scores (tenant, feed, scored_at desc)",
        """
        create table elt_ops.alerts (
            fingerprint text primary key,
            tenant text not null,
            feed text,
            stream text,
            error_class text not null,
            message text not null,
            log_url text,
            payload jsonb not null default '{}',
            first_at timestamptz not null,
            last_at timestamptz not null,
            count bigint not null default 1,
            sent_at timestamptz
        )
        """,
        "create index alerts_recent on elt_ops.alerts (tenant, last_at desc)",
    ),
)
