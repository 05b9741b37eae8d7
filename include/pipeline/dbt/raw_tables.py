"""Tables for what dbt reads and nobody has written yet: raw ones and those of steps, both empty,
and the published rates, which are no tenant's.

Staging views select from every declared stream. Without this, a feed that failed before its first
load would stop the whole tenant's marts.
"""

import logging

from include.config.models import Feed, Tenant
from include.core import naming
from include.destinations.layout import build_layout
from include.destinations.postgres.identity.tables import run_ensure_identity
from include.destinations.postgres.tables import run_add_primary_key, run_ensure_tables
from include.destinations.postgres.tenant_schemas import run_ensure_tenant
from include.ledger.connection import Connection, Warehouse
from include.pipeline.dbt.published_rates import run_publish_rates
from include.pipeline.fits.fit import run_ensure_all_fits

log = logging.getLogger(__name__)


def run_ensure_raw_tables(tenant: Tenant, warehouse: Warehouse) -> int:
    """Create what is missing, children included, just as a load would; how many tables it made.

    Streams the feed left out count too: their staging views exist. Tables that exist only gain
    columns their connector has gained. Streams that only discovery knows are made by their load.
    """
    made = 0
    with warehouse.connect(autocommit=True) as connection:
        run_ensure_tenant(connection, tenant, tenant_roles=warehouse.uses_tenant_roles)
        role = naming.tenant_role(tenant.id) if warehouse.uses_tenant_roles else None
        run_ensure_identity(connection, tenant.id, role)
        run_ensure_all_fits(connection, tenant.id, role)
        run_publish_rates(connection, role)
        for feed in tenant.feeds:
            made += _run_ensure_feed(connection, feed, role)
    if made:
        log.info("empty raw tables made tenant=%s tables=%d", tenant.id, made)
    return made


def _run_ensure_feed(connection: Connection, feed: Feed, role: str | None) -> int:
    made = 0
    for name, stream in sorted({**feed.connector.streams, **feed.streams}.items()):
        layout = build_layout(feed.tenant.id, feed.connector.connector, name, stream)
        with connection.transaction():
            _, created = run_ensure_tables(connection, layout, role)
            for table in created:
                run_add_primary_key(connection, layout, table)
        made += len(created)
    return made
