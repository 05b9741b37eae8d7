"""Webhooks of vendors: verified, kept in the inbox, answered, and the drain woken."""
