"""Commands that look at the books: loads, checks, the report."""
