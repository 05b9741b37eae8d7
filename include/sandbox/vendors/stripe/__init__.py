"""Stripe's list API for two accounts of the economy (facts: API version 2026-10-28.endive)."""
