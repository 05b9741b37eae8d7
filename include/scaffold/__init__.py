"""New connectors, tenants and staging models from templates and from connector.yaml."""
