"""Coresignal company deliveries."""
