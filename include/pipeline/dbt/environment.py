"""The environment dbt/profiles.yml reads: where the warehouse is and as whom. Pure."""

from include.core import naming
from include.ledger.login.conninfo import build_pg_variables, parse_conninfo

THREADS = 4
# Parsing opens no connection; the profile only has to be complete.
NO_WAREHOUSE = "postgresql://elt@localhost:5432/warehouse"


def build_dbt_environment(
    warehouse_url: str, tenant_id: str, *, tenant_roles: bool, threads: int = THREADS
) -> dict[str, str]:
    """`ELT_DBT_*` variables for one tenant; holds the password, so it is never logged or rendered.

    Args:
        warehouse_url: libpq URL or key/value string; the tenant's own login where it has one.
        tenant_roles: dbt acts as the tenant's own role, which owns that tenant's schemas only.

    Raises:
        ConfigError: If it is no PostgreSQL URL; the value is not shown.
    """
    parts = parse_conninfo(warehouse_url)
    role, user = naming.tenant_role(tenant_id), parts.get("user", "")
    return {
        "ELT_DBT_HOST": parts.get("host", "localhost"),
        "ELT_DBT_PORT": parts.get("port", "5432"),
        "ELT_DBT_USER": user,
        "ELT_DBT_PASSWORD": parts.get("password", ""),
        "ELT_DBT_DBNAME": parts.get("dbname", ""),
        "ELT_DBT_ROLE": role if tenant_roles and user != role else "",
        "ELT_DBT_THREADS": str(threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        # dbt's profile has no place for most of them; its libpq reads them from here.
        **build_pg_variables(warehouse_url),
    }
