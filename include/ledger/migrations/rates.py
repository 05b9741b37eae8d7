"""What each credential may still ask of its host, shared by all processes."""

from include.ledger.migrations.step import Migration

RATES = Migration(
    6,
    (
        """
        create table elt_ops.rate_budgets (
            budget text primary key,
            host text not null,
            busy_until timestamptz not null,
            blocked_until timestamptz,
            bucket_size double precision,
            points_per_second double precision,
            updated_at timestamptz not null default clock_timestamp()
        ) with (fillfactor = 50)
        """,
        """
        comment on table elt_ops.rate_budgets is
        'What each credential may still ask of its host; the key tells no secret'
        """,
    ),
)
