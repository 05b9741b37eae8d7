"""Report jobs running at a source."""

from include.ledger.migrations.step import Migration

JOBS = Migration(
    4,
    (
        """
        create table elt_ops.source_jobs (
            tenant text not null,
            feed text not null,
            key text not null,
            job text not null,
            started_at timestamptz not null default clock_timestamp(),
            primary key (tenant, feed, key)
        )
        """,
        """
        comment on table elt_ops.source_jobs is
        'Report jobs running at a source, so that a run after a crash goes on with them'
        """,
    ),
)
