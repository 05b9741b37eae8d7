"""Meta Ads: Marketing API lists and asynchronous insights reports."""
