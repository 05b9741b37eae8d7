"""Files a feed has loaded."""

from include.ledger.migrations.step import Migration

FILES = Migration(
    7,
    (
        """
        create table elt_ops.files (
            tenant text not null,
            feed text not null,
            stream text not null,
            path text not null,
            content_hash text not null,
            size bigint not null,
            version text not null,
            layout text not null,
            detected text,
            same_as text,
            modified_at timestamptz,
            first_load_id bigint not null,
            load_id bigint not null,
            loaded_at timestamptz not null default clock_timestamp(),
            archived_at timestamptz,
            primary key (tenant, feed, stream, path, content_hash)
        )
        """,
        """
        comment on table elt_ops.files is
        'One row per file content a stream has loaded, written in the transaction of its rows'
        """,
        """
        comment on column elt_ops.files.same_as is
        'Path of the file of the same content whose rows are stored; null when this one''s are'
        """,
    ),
)
