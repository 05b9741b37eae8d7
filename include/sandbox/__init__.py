"""A made-up economy with known truth, served as the real vendors' APIs and written as their files."""
