"""Credit of every model against the marts' revenue: attribution moves money, it makes none."""

from collections.abc import Iterable
from typing import Any

from psycopg import Connection, sql

from include.core import naming
from tests.truth.revenue import has_table
from tests.truth.row import TruthRow, build_difference_row

MODELS = 8
_APART = """
with models as (
    select attribution_model, currency_code, sum(attributed_amount) as amount
    from {mart}.fct_revenue_attribution group by 1, 2
),
revenue as (
    select
        case
            when tenant_revenue_amount is null then currency_code else tenant_currency_code
        end as currency_code,
        sum(coalesce(tenant_revenue_amount, revenue_amount)) as amount
    from {mart}.fct_revenue_daily group by 1
)
select
    (select count(distinct attribution_model) from models),
    coalesce(max(abs(coalesce(models.amount, 0) - coalesce(revenue.amount, 0))), 0)
from models full join revenue on models.currency_code = revenue.currency_code
"""


def build_attribution_rows(connection: Connection[Any], tenants: Iterable[str]) -> list[TruthRow]:
    """The furthest of all models and currencies from the revenue, in cents, by tenant."""
    rows = []
    for tenant in tenants:
        mart = naming.dbt_schema(tenant, "mart")
        if not has_table(connection, mart, "fct_revenue_attribution"):
            continue
        query = sql.SQL(_APART).format(mart=sql.Identifier(mart))
        found = connection.execute(query).fetchone()
        assert found is not None and found[0] in (0, MODELS), f"{tenant}: models are missing"
        cents = round(found[1] * 100)
        rows.append(build_difference_row(tenant, "attribution: furthest model, cents apart", cents))
    return rows
