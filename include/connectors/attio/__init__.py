"""Attio workspaces."""
