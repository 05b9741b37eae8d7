"""Files to typed configuration: tenants, connectors, settings."""
