"""Which destination a tenant's file names."""

from collections.abc import Callable

from include.config.credentials import Credentials
from include.config.models import Tenant
from include.destinations.postgres.destination import PostgresDestination
from include.destinations.protocol import Destination


def build_destination(
    tenant: Tenant, fetch_login: Callable[[Tenant], Credentials], *, tenant_roles: bool
) -> Destination:
    """Where the tenant's rows go; asks nobody but for its login.

    Raises:
        ConfigError: If the connection lacks what the warehouse needs.
        MissingSecret: If there is no such connection.
    """
    if tenant.spec.destination.kind == "postgres":
        return PostgresDestination(tenant_roles=tenant_roles)
    login = fetch_login(tenant)
    # The client libraries take a while to import, and few tenants need one.
    if tenant.spec.destination.kind == "bigquery":
        from include.destinations.bigquery.destination import BigQueryDestination
        from include.destinations.bigquery.login import build_login as build_google

        return BigQueryDestination(build_google(login.connection_id, login.fields))
    from include.destinations.snowflake.destination import SnowflakeDestination
    from include.destinations.snowflake.login import build_login

    place = {"host": login.server, "port": login.port}
    fields = {**place, **login.fields}
    return SnowflakeDestination(build_login(login.connection_id, fields))
