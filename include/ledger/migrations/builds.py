"""What each tenant's marts were last built from."""

from include.ledger.migrations.step import Migration

BUILDS = Migration(
    11,
    (
        """
        create table elt_ops.dbt_builds (
            tenant text primary key,
            fingerprint text not null,
            loads jsonb not null,
            built_at timestamptz not null default clock_timestamp()
        )
        """,
        """
        comment on table elt_ops.dbt_builds is
        'What a tenant''s marts were last built from; no row: the next build builds everything'
        """,
    ),
)
