"""OAuth tokens that change with every use."""

from include.ledger.migrations.step import Migration

TOKENS = Migration(
    3,
    (
        """
        create table elt_ops.oauth_tokens (
            tenant text not null,
            feed text not null,
            origin text not null,
            sealed text not null,
            updated_at timestamptz not null default clock_timestamp(),
            primary key (tenant, feed)
        )
        """,
        """
        comment on table elt_ops.oauth_tokens is
        'Refresh tokens that change with every use; sealed with Airflow''s Fernet key'
        """,
    ),
)
