"""Summit's GoHighLevel sub-account."""
