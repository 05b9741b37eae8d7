"""A made-up economy with known truth, served as the vendors' APIs and written as their files."""
