"""Checks: SQL that finds bad rows, run in few statements, every result kept in elt_ops."""
