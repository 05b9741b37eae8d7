"""Marts of acme as the business page reads them, with little in each."""

import psycopg

from include.console.reads.panels import PANELS, Panel

_VALUES = {
    "fct_revenue_daily": """insert into {t} (revenue_on, source_connector, currency_code,
        orders_count, revenue_amount, net_amount, gross_amount, refund_amount, discount_amount,
        tax_amount) select current_date - d, s, 'USD', 3 + d % 4, 900 + 70 * sin(d), 800, 1000, 40,
        60, 80 from generate_series(1, 60) as d, unnest(array['shopify', 'square']) as s""",
    "fct_channel_performance": """insert into {t} (performed_on, channel, currency_code,
        spend_amount, first_touch_revenue_amount, last_touch_revenue_amount,
        last_non_direct_revenue_amount, linear_revenue_amount, position_based_revenue_amount,
        time_decay_revenue_amount, shapley_revenue_amount, markov_revenue_amount, clicks_count,
        sessions_count, leads_count, conversions_count, new_customers_count)
        select current_date - 3, c, 'USD', n * 100, n * 420, n * 380, n * 400, n * 390, n * 410,
        n * 395, n * 405, n * 401, n * 900, n * 700, n * 30, n * 12, n * 7
        from unnest(array['paid search', 'email', 'direct']) with ordinality as v (c, n)""",
    "agg_cohort_retention": """insert into {t} (cohort_month_on, currency_code, customers_count,
        retention_rate, months_since_first) select date '2026-01-01' + make_interval(months => m),
        'USD', 120 - 9 * m, 0.4 / n, n from generate_series(0, 5) as m,
        generate_series(1, 10) as n where m + n < 11""",
    "fct_customer_lifetime_value": """insert into {t} (first_purchased_on, currency_code,
        orders_count, historic_revenue_amount, predicted_revenue_amount)
        select date '2025-01-01' + n * 9, 'USD', 1 + n % 5, 90 + n, 30 + n % 9
        from generate_series(1, 60) as n""",
    "agg_stock_differences": """insert into {t} (source_connector, other_connector, is_different,
        on_hand_quantity, other_quantity, difference_quantity, age_days)
        select 'shopify', 'square', n % 4 = 0, 10, 10 - n % 4, n % 4, n
        from generate_series(1, 12) as n""",
    "agg_reconciliation_daily": """insert into {t} (reconciled_on, first_connector,
        second_connector, currency_code, orders_count, missing_count, first_amount, second_amount,
        difference_amount, timing_amount, fee_amount, refund_amount, transfer_amount,
        missing_amount, unexplained_amount) select current_date - n, 'shopify', 'stripe', 'USD', 9,
        n % 2, 900, 870, 30, 10, 20, 0, 0, 0, n % 2 from generate_series(1, 20) as n""",
}
_TEXTS = ("connector", "channel", "currency_code", "stage_name", "deal_id")


def write_marts(url: str) -> None:
    """Every table of the page; deals' stays away, as of a tenant without a CRM."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema if exists acme_mart cascade")
        connection.execute("create schema acme_mart authorization elt_acme")
        for table, statement in _VALUES.items():
            names = sorted(set().union(*(_columns(p) for p in PANELS if p.table == table)))
            columns = ", ".join(f"{name} {_type(name)}" for name in names)
            connection.execute(f"create table acme_mart.{table} ({columns})".encode())
            connection.execute(statement.format(t=f"acme_mart.{table}").encode())
            connection.execute(f"alter table acme_mart.{table} owner to elt_acme".encode())


def _columns(panel: Panel) -> set[str]:
    further = {"agg_cohort_retention": {"cohort_month_on", "months_since_first"},
               "fct_customer_lifetime_value": {"first_purchased_on"},
               "agg_stock_differences": {"is_different", "age_days"}}  # fmt: skip
    plain = {one for one in panel.keys.values() if one.isidentifier()}
    day = {panel.day} if panel.day else set()
    return {*panel.columns, *plain, *day, *further.get(panel.table, set())}


def _type(name: str) -> str:
    if name.endswith("_on"):
        return "date"
    if name.startswith("is_"):
        return "boolean"
    return "text" if name.endswith(_TEXTS) else "numeric"
