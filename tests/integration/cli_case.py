"""The command line on a folder of tenant and connector files and on a test's warehouse."""

from pathlib import Path

import psycopg
import pytest


def point_cli_at(folder: Path, warehouse: str, patch: pytest.MonkeyPatch, *schemas: str) -> None:
    """Read tenants and connectors from `folder`, write to `warehouse`, and begin without these.

    Args:
        schemas: Dropped beside elt_ops, so that tests of one module do not see each other's rows.
    """
    patch.setenv("ELT_TENANTS_DIR", str(folder))
    patch.setenv("ELT_CONNECTORS_DIR", str(folder))
    patch.setenv("ELT_TENANT_ROLES", "false")
    patch.setenv("WAREHOUSE_URL", warehouse)
    patch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    names = ", ".join(("elt_ops", *schemas))
    with psycopg.connect(warehouse) as connection:
        connection.execute(f"drop schema if exists {names} cascade".encode())
