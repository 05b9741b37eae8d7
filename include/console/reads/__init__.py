"""What the console shows, read from ledgers: one query for many tenants, or one tenant's list."""
