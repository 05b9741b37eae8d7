"""The environment dbt/profiles.yml reads: where the warehouse is and as whom. Pure."""

from urllib.parse import parse_qs, unquote, urlsplit

from include.core import naming
from include.core.errors import ConfigError

THREADS = 4


def build_dbt_environment(
    warehouse_url: str, tenant_id: str, *, tenant_roles: bool, threads: int = THREADS
) -> dict[str, str]:
    """`ELT_DBT_*` variables for one tenant; holds the password, so it is never logged or rendered.

    Args:
        warehouse_url: libpq URL; a host given as `?host=` (socket folder) counts too.
        tenant_roles: dbt acts as the tenant's own role, which owns that tenant's schemas only.

    Raises:
        ConfigError: If it is no PostgreSQL URL; the value is not shown.
    """
    parts = urlsplit(warehouse_url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigError(
            "the warehouse URL is no PostgreSQL URL. Expected the form "
            "`postgresql://user:password@host:port/database`."
        )
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ELT_DBT_HOST": parts.hostname or query.get("host", "localhost"),
        "ELT_DBT_PORT": str(parts.port or query.get("port", "5432")),
        "ELT_DBT_USER": unquote(parts.username or query.get("user", "")),
        "ELT_DBT_PASSWORD": unquote(parts.password or query.get("password", "")),
        "ELT_DBT_DBNAME": unquote(parts.path.lstrip("/")) or query.get("dbname", ""),
        "ELT_DBT_ROLE": naming.tenant_role(tenant_id) if tenant_roles else "",
        "ELT_DBT_THREADS": str(threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
