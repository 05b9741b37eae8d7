"""Shopify's GraphQL Admin API 2026-07 for the shops of the economy."""
