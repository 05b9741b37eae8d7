"""Consents that were begun at a vendor and not ended: who asked, for which feed, and how."""

from include.ledger.migrations.step import Migration

CONSENTS = Migration(
    22,
    (
        """
        create table elt_ops.consents (
            state_digest text primary key,
            tenant text not null,
            feed text not null,
            who text not null,
            sealed text not null,
            begun_at timestamptz not null default clock_timestamp()
        )
        """,
        """
        comment on table elt_ops.consents is
        'OAuth consents on their way; the verifier is sealed with Airflow''s Fernet key'
        """,
    ),
)
