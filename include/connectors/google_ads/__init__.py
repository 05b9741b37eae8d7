"""Google Ads API over REST."""
