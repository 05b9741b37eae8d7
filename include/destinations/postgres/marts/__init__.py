"""Marts in PostgreSQL: built beside the published ones, swapped at once, and who reads them."""
