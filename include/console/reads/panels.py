"""What the business page shows: sums over one table of a tenant's marts each, as data.

A number's rows are the table's rows with the same keys and days, so both come of one description.
"""

from collections.abc import Mapping
from dataclasses import dataclass

COHORT_MONTHS = 12


@dataclass(frozen=True)
class Panel:
    """One table of numbers.

    Attributes:
        table: Of the tenant's mart schema.
        day: Its column the asked days narrow; None: it tells of now, or of all time.
        keys: Name -> expression rows are grouped by; amounts of two currencies never meet.
        numbers: Name -> (aggregate, `count`, `money`, `share` or `days`).
        columns: Those of the table the numbers are made of: what lineage is asked for.
    """

    name: str
    title: str
    about: str
    table: str
    day: str | None
    keys: Mapping[str, str]
    numbers: Mapping[str, tuple[str, str]]
    columns: tuple[str, ...]


def _sums(names: Mapping[str, str], kind: str) -> dict[str, tuple[str, str]]:
    return {name: (f"sum({column})", kind) for name, column in names.items()}


_CURRENCY = {"currency": "currency_code"}
_MODELS = {
    "first touch": "first_touch_revenue_amount",
    "last touch": "last_touch_revenue_amount",
    "last non-direct": "last_non_direct_revenue_amount",
    "linear": "linear_revenue_amount",
    "position": "position_based_revenue_amount",
    "time decay": "time_decay_revenue_amount",
    "Shapley": "shapley_revenue_amount",
    "Markov": "markov_revenue_amount",
}
_STEPS = {
    "clicks": "clicks_count",
    "sessions": "sessions_count",
    "leads": "leads_count",
    "calls": "calls_count",
    "conversions": "conversions_count",
    "new customers": "new_customers_count",
}
_REVENUE = {
    "revenue": "revenue_amount",
    "net": "net_amount",
    "gross": "gross_amount",
    "refunds": "refund_amount",
    "discounts": "discount_amount",
    "taxes": "tax_amount",
}
_EXPLAINED = {
    "first": "first_amount",
    "second": "second_amount",
    "difference": "difference_amount",
    "timing": "timing_amount",
    "fees": "fee_amount",
    "refunds": "refund_amount",
    "transfers": "transfer_amount",
    "missing": "missing_amount",
    "unexplained": "unexplained_amount",
}

PANELS = (
    Panel(
        "revenue",
        "Revenue by source",
        "What was sold, by the day of the sale; what each amount means: dbt/README.md.",
        "fct_revenue_daily",
        "revenue_on",
        {"source": "source_connector", **_CURRENCY},
        {"orders": ("sum(orders_count)", "count"), **_sums(_REVENUE, "money")},
        ("orders_count", *_REVENUE.values()),
    ),
    Panel(
        "attribution",
        "Attribution models side by side",
        "The same revenue, shared among channels by eight rules: docs/attribution.md.",
        "fct_channel_performance",
        "performed_on",
        {"channel": "channel", **_CURRENCY},
        {"spend": ("sum(spend_amount)", "money"), **_sums(_MODELS, "money")},
        ("spend_amount", *_MODELS.values()),
    ),
    Panel(
        "funnel",
        "From click to customer",
        "Counted where each channel says so; a step nobody counts is empty.",
        "fct_channel_performance",
        "performed_on",
        {"channel": "channel"},
        _sums(_STEPS, "count"),
        tuple(_STEPS.values()),
    ),
    Panel(
        "deals",
        "Deals by stage",
        "Deals that entered a stage in these days, and what they were worth then.",
        "fct_deal_stages",
        "entered_at",
        {"stage": "stage_name", **_CURRENCY},
        {"deals": ("count(distinct deal_id)", "count"), "worth": ("sum(deal_amount)", "money")},
        ("deal_id", "deal_amount"),
    ),
    Panel(
        "cohorts",
        "Cohorts: who came back",
        "Of those who first bought in a month, the share who bought again so many months later.",
        "agg_cohort_retention",
        None,
        {"first bought": "to_char(cohort_month_on, 'YYYY-MM')", **_CURRENCY},
        {
            "people": ("max(customers_count)", "count"),
            **{
                f"+{n}": (f"max(retention_rate) filter (where months_since_first = {n})", "share")
                for n in range(1, COHORT_MONTHS + 1)
            },
        },
        ("customers_count", "retention_rate"),
    ),
    Panel(
        "lifetime_value",
        "Lifetime value",
        "What people brought so far, and what the next year is expected to bring.",
        "fct_customer_lifetime_value",
        None,
        {"first bought": "to_char(first_purchased_on, 'YYYY')", **_CURRENCY},
        {
            "people": ("count(*)", "count"),
            "orders each": ("avg(orders_count)", "money"),
            "so far each": ("avg(historic_revenue_amount)", "money"),
            "so far": ("sum(historic_revenue_amount)", "money"),
            "expected each": ("avg(predicted_revenue_amount)", "money"),
            "expected": ("sum(predicted_revenue_amount)", "money"),
        },
        ("orders_count", "historic_revenue_amount", "predicted_revenue_amount"),
    ),
    Panel(
        "stock",
        "Stock that differs",
        "Products two systems count: how many differ now, by how much, and since when.",
        "agg_stock_differences",
        None,
        {"one": "source_connector", "other": "other_connector"},
        {
            "compared": ("count(*)", "count"),
            "differ": ("count(*) filter (where is_different)", "count"),
            "units": ("sum(abs(difference_quantity)) filter (where is_different)", "count"),
            "oldest, days": ("max(age_days) filter (where is_different)", "count"),
        },
        ("on_hand_quantity", "other_quantity", "difference_quantity"),
    ),
    Panel(
        "reconciliation",
        "Reconciliation",
        "Two sources that tell the same money, and what explains the difference.",
        "agg_reconciliation_daily",
        "reconciled_on",
        {"first": "first_connector", "second": "second_connector", **_CURRENCY},
        {
            "orders": ("sum(orders_count)", "count"),
            "without a match": ("sum(missing_count)", "count"),
            **{f"{name} amount": pair for name, pair in _sums(_EXPLAINED, "money").items()},
        },
        ("orders_count", "missing_count", *_EXPLAINED.values()),
    ),
)
BY_NAME = {panel.name: panel for panel in PANELS}
