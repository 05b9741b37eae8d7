"""Webhooks of any sender, from the inbox into raw streams."""
