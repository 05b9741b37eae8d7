"""GoHighLevel (LeadConnector) API v2, one sub-account per feed."""
