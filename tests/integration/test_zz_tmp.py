import psycopg
from tests.integration import dbt_project
from tests.integration.test_dbt_unit import TENANT, VARIABLES
def test_it(warehouse, tmp_path):
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, sorted(dbt_project.connectors()))
    sel = ("--select", "+agg_stock_differences", "+int_products__versioned", "+int_companies__merged")
    dbt_project.run_dbt(warehouse, tmp_path, "build", *sel, "--exclude", "test_type:unit", "test_type:data", variables=VARIABLES)
    names = ("stg_shopify__conformed_products","stg_square__conformed_products","int_shopify__variants_described","int_square__variations_described","agg_stock_differences","fct_stock_levels","int_stock_levels__paired","int_stock_levels__unioned","stg_shopify__conformed_stock_levels","stg_square__conformed_stock_levels","stg_erpnext__conformed_stock_levels","stg_quickbooks__conformed_stock_levels","stg_quickbooks_csv__conformed_stock_levels","int_products__versioned","int_companies__merged","int_products__unioned")
    dbt_project.run_dbt(warehouse, tmp_path, "test", "--select", *(f"{n},test_type:unit" for n in names), variables=VARIABLES)
