"""A made-up field service system: its API is known to nobody but the tenant file that reads it."""
