"""Names of a database's columns and tables in the warehouse."""

from include.ledger.migrations.step import Migration

NAMES = Migration(
    15,
    (
        """
        create table elt_ops.source_names (
            tenant text not null,
            feed text not null,
            place text not null,
            source text not null,
            name text not null,
            primary key (tenant, feed, place, source)
        )
        """,
        """
        comment on table elt_ops.source_names is
        'What columns and tables of a database are called here, so that none takes another''s name'
        """,
    ),
)
