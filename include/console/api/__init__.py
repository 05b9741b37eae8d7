"""`/elt/api/v1`: what the pages show, for programs."""
