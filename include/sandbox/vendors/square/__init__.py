"""Square as one seller with three locations."""
