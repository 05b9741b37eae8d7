"""QuickBooks Online: acme's company file behind the Accounting API v3."""
