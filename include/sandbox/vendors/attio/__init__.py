"""Attio's REST API for one workspace of the economy (facts: OpenAPI 2.0.0)."""
