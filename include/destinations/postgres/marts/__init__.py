"""Marts in PostgreSQL: built beside the published ones, swapped in one transaction."""
