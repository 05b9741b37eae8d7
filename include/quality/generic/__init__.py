"""Checks by parameter: a declaration and what the catalogue says of its table -> SQL. Pure."""
