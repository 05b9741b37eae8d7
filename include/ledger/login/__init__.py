"""As whom the warehouse is entered: connection strings, and each tenant's own login."""
