"""Google Ads as the sandbox plays it."""
