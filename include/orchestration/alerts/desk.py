"""What alerts are worked on with in Airflow: its connections, its providers' channels."""

import logging

from include.alerts.audience import Audience, build_operators
from include.alerts.tick import Desk
from include.config.load import load_platform
from include.config.models import Platform, Tenant
from include.config.settings import load_settings
from include.core import naming
from include.core.errors import MissingSecret
from include.ledger.connection import Warehouse
from include.orchestration.alerts.channels import run_send
from include.orchestration.connections import build_url, build_warehouse, fetch_raw_connection

log = logging.getLogger(__name__)


def build_desk(platform: Platform | None = None) -> Desk:
    """The desk of this process."""
    platform = platform or load_platform()
    tenants = {tenant.id: tenant for tenant in platform.tenants}
    operators = build_operators(load_settings().operators)
    return Desk(platform, Audience(tenants, operators), build_place, run_send)


def build_place(tenant: Tenant | None) -> Warehouse:
    """A tenant's warehouse, or the platform's own.

    Raises:
        MissingSecret: If no connection names it.
    """
    if tenant is not None:
        return build_warehouse(tenant)
    connection = fetch_raw_connection(naming.WAREHOUSE_CONNECTION)
    url = build_url(connection) if connection else load_settings().warehouse_url
    if url is None:
        raise MissingSecret(
            f"no connection `{naming.WAREHOUSE_CONNECTION}`. Expected a PostgreSQL connection. "
            "Create it in Airflow (Admin, Connections) or set `WAREHOUSE_URL`."
        )
    return Warehouse(url)
