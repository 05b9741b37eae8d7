"""Shopify Admin API (GraphQL)."""
