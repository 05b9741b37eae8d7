"""What an administrator of a warehouse runs once, so that a tenant's login can do its work alone.

Least privilege: a tenant's login writes to the tenant's own schemas and runs jobs; it reads nothing
of any other tenant. Running it all again changes nothing.
"""

from collections.abc import Mapping, Sequence

from include.config.models import Tenant
from include.core import naming


def build_grants(tenant: Tenant, fields: Mapping[str, str]) -> list[str]:
    """Lines for the administrator, in order; none where rows are beside the books.

    Args:
        fields: What the tenant's connection says already; what it does not say is named after the
            tenant, or, where nobody can know it, in capitals.
    """
    kind = tenant.spec.destination.kind
    if kind == "postgres":
        return []
    schemas = sorted(
        {naming.raw_schema(tenant.id, feed.connector.connector) for feed in tenant.feeds}
    )
    build = _build_bigquery if kind == "bigquery" else _build_snowflake
    return build(tenant.id, schemas, fields)


def _build_bigquery(tenant: str, schemas: Sequence[str], fields: Mapping[str, str]) -> list[str]:
    """In a shell with gcloud, and in BigQuery's console.

    Source: cloud.google.com/bigquery/docs/access-control.
    """
    project = fields.get("project", "PROJECT")
    location = fields.get("location", "LOCATION")
    # 6 to 30 letters, digits and hyphens.
    account = f"elt-{tenant.replace('_', '-')}"[:30].rstrip("-")
    mail = fields.get("client_email", f"{account}@{project}.iam.gserviceaccount.com")
    member = f"serviceAccount:{mail}"
    return [
        f"gcloud iam service-accounts create {account} --project {project}",
        f"gcloud projects add-iam-policy-binding {project} --member {member} "
        "--role roles/bigquery.jobUser --condition None",
        *(
            f"create schema if not exists `{project}`.`{schema}` "
            f"options (location = '{location}', max_time_travel_hours = 48);"
            for schema in schemas
        ),
        *(
            f"grant `roles/bigquery.dataEditor` on schema `{project}`.`{schema}` to '{member}';"
            for schema in schemas
        ),
    ]


def _build_snowflake(tenant: str, schemas: Sequence[str], fields: Mapping[str, str]) -> list[str]:
    """In a worksheet; the login makes its schemas itself, in a database of its own."""
    own = f"{tenant}_elt".upper()
    database = fields.get("database", tenant.upper())
    warehouse, role = fields.get("warehouse", own), fields.get("role", own)
    user = fields.get("login", own)
    return [
        f"create role if not exists {role};",
        f"create database if not exists {database};",
        f"create warehouse if not exists {warehouse} with warehouse_size = xsmall "
        "auto_suspend = 60 initially_suspended = true;",
        f"grant usage, create schema on database {database} to role {role};",
        f"grant usage on warehouse {warehouse} to role {role};",
        f"create user if not exists {user} type = service default_role = {role} "
        f"default_warehouse = {warehouse} rsa_public_key = 'PUBLIC_KEY';",
        f"grant role {role} to user {user};",
    ]
