"""A tenant's dbt models: which ones, with which variables, and as Cosmos task groups."""
