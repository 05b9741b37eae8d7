"""Stripe: lists by creation time, and the objects its events name."""
