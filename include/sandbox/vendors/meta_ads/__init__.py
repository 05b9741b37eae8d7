"""Meta Ads: the ad accounts of acme and summit behind the Graph API."""
