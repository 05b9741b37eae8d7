"""Pages rendered here: HTML that works without a script, and a little script where it helps."""
