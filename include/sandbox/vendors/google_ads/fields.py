"""Fields of GAQL the sandbox plays, by resource; names and kinds as in the API's descriptors (v26).

A resource may be queried with its own fields and those of the resources it hangs below.
"""

# kind: id and int64 are JSON strings, double a number; bool, text and enum as they are.
FIELDS: dict[str, dict[str, str]] = {
    "customer": {
        "resource_name": "text", "id": "int64", "descriptive_name": "text",
        "currency_code": "text", "time_zone": "text", "manager": "bool", "test_account": "bool",
        "auto_tagging_enabled": "bool", "status": "enum",
    },
    "customer_client": {
        "resource_name": "text", "client_customer": "text", "id": "int64", "level": "int64",
        "manager": "bool", "time_zone": "text", "currency_code": "text", "status": "enum",
        "hidden": "bool", "descriptive_name": "text",
    },
    "campaign": {
        "resource_name": "text", "id": "int64", "name": "text", "status": "enum",
        "primary_status": "enum", "advertising_channel_type": "enum",
        "bidding_strategy_type": "enum", "campaign_budget": "text", "start_date_time": "text",
        "end_date_time": "text",
    },
    "ad_group": {
        "resource_name": "text", "id": "int64", "name": "text", "status": "enum", "type": "enum",
        "campaign": "text", "cpc_bid_micros": "int64",
    },
    "ad_group_ad": {
        "resource_name": "text", "status": "enum", "ad_group": "text", "ad.id": "int64",
        "ad.name": "text", "ad.type": "enum", "ad.final_urls": "list", "ad.resource_name": "text",
    },
    "ad_group_criterion": {
        "resource_name": "text", "criterion_id": "int64", "type": "enum", "status": "enum",
        "negative": "bool", "keyword.text": "text", "keyword.match_type": "enum",
        "ad_group": "text",
    },
    "keyword_view": {"resource_name": "text"},
    "click_view": {
        "resource_name": "text", "gclid": "text", "ad_group_ad": "text", "keyword": "text",
        "page_number": "int64",
    },
    "conversion_action": {
        "resource_name": "text", "id": "int64", "name": "text", "status": "enum", "type": "enum",
        "category": "enum", "include_in_conversions_metric": "bool", "primary_for_goal": "bool",
    },
    "segments": {
        "date": "text", "device": "enum", "ad_network_type": "enum", "conversion_action": "text",
        "conversion_action_name": "text",
    },
    "metrics": {
        "impressions": "int64", "clicks": "int64", "interactions": "int64", "cost_micros": "int64",
        "conversions": "double", "conversions_value": "double", "all_conversions": "double",
        "all_conversions_value": "double",
    },
}  # fmt: skip
# FROM -> the other resources whose fields may be selected with it.
BELOW = {
    "customer": ("customer",),
    "customer_client": ("customer_client",),
    "campaign": ("campaign", "customer"),
    "ad_group": ("ad_group", "campaign", "customer"),
    "ad_group_ad": ("ad_group_ad", "ad_group", "campaign", "customer"),
    "ad_group_criterion": ("ad_group_criterion", "ad_group", "campaign", "customer"),
    "keyword_view": ("keyword_view", "ad_group_criterion", "ad_group", "campaign", "customer"),
    "click_view": ("click_view", "ad_group", "campaign", "customer"),
    "conversion_action": ("conversion_action", "customer"),
}
MEASURED = frozenset({"campaign", "ad_group", "ad_group_ad", "keyword_view", "click_view"})
# Segments by conversion action go with conversion metrics only.
CONVERSION_SEGMENTS = frozenset({"segments.conversion_action", "segments.conversion_action_name"})
CONVERSION_METRICS = frozenset(
    f"metrics.{name}"
    for name in ("conversions", "conversions_value", "all_conversions", "all_conversions_value")
)


def find_kind(field: str) -> str | None:
    """Kind of `campaign.name`, None when nobody knows the field."""
    resource, _, name = field.partition(".")
    return FIELDS.get(resource, {}).get(name)
