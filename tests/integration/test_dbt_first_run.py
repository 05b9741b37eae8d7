"""The pipeline's own dbt build for demo tenants, as the tenant's role, before any load arrived."""

from dataclasses import replace

import psycopg
import pytest

from include.config.load import load_platform
from include.core import naming
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import run_dbt_build
from tests.integration import dbt_project

TENANT = "corner"


@pytest.fixture(scope="module")
def url(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    state = tmp_path_factory.mktemp("state")
    settings = replace(dbt_project.parsed_settings(), state_dir=state)
    tenant = load_platform().tenant(TENANT)
    # dbt's own tests pass where there are no rows; test_dbt_unit runs all of them on such tables.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test unit_test")
        run_dbt_build(tenant, Warehouse(warehouse, tenant_roles=True), settings=settings)
    return warehouse


def test_marts_of_a_tenant_without_data_are_empty_tables(url: str) -> None:
    """A feed that fails before its first load left no raw tables and so stopped every mart."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select tablename, tableowner from pg_tables where schemaname = %s order by 1",
            [naming.dbt_schema(TENANT, "mart")],
        ).fetchall()
        orders = connection.execute("select count(*) from corner_mart.fct_orders").fetchone()
        days = connection.execute("select count(*) from corner_mart.dim_date").fetchone()
    assert len(tables) >= 12
    assert {owner for _, owner in tables} == {naming.tenant_role(TENANT)}
    assert orders == (0,)
    assert days is not None
    assert days[0] > 10_000


def test_only_its_connectors_have_staging(url: str) -> None:
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select viewname from pg_views where schemaname = %s",
            [naming.dbt_schema(TENANT, "stg")],
        ).fetchall()
    # A view between two of a connector's staging models is named by its connector, too.
    staged = {name.removeprefix("stg_").removeprefix("int_").split("__")[0] for (name,) in names}
    # `files` has no staging of its own: each tenant adds what it uploads.
    assert staged == set(load_platform().tenant(TENANT).connectors) - {"files"}
