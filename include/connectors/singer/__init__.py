"""Any Singer tap."""
