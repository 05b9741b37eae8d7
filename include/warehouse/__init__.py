"""The warehouse: connections, the elt_ops schema, the ledger. Knows PostgreSQL, not sources."""
