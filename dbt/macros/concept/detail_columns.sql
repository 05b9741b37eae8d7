{#- Concepts of what is about sales and is none: promises, steps of delivery, deeds, reports in detail.
    See concept_columns. -#}
{% macro detail_columns() %}
    {{ return({
        'quotes': [
            ('quote_id', 'id'), ('customer_id', 'id'), ('quote_number', 'text'),
            ('quote_kind', 'text'), ('quote_status', 'text'), ('currency_code', 'text'),
            ('tax_amount', 'amount'), ('total_amount', 'amount'), ('is_test', 'boolean'),
            ('is_deleted', 'boolean'), ('quoted_on', 'date'), ('expires_on', 'date'),
        ],
        'order_details': [
            ('order_detail_id', 'id'), ('order_id', 'id'), ('detail_kind', 'text'),
            ('detail_name', 'text'), ('currency_code', 'text'), ('detail_percent', 'quantity'),
            ('detail_amount', 'amount'), ('is_remitted_by_others', 'boolean'),
        ],
        'fulfillments': [
            ('fulfillment_id', 'id'), ('order_id', 'id'), ('fulfillment_status', 'text'),
            ('location_id', 'text'), ('pieces_count', 'bigint'), ('shipped_at', 'timestamp'),
            ('delivered_at', 'timestamp'),
        ],
        'activities': [
            ('activity_id', 'id'), ('record_id', 'id'), ('company_id', 'id'), ('deal_id', 'id'),
            ('activity_kind', 'text'), ('activity_status', 'text'), ('campaign_name', 'text'),
            ('owner_id', 'text'), ('is_done', 'boolean'), ('is_deleted', 'boolean'),
            ('happened_at', 'timestamp'),
        ],
        'ad_reports': [
            ('ad_report_id', 'id'), ('account_id', 'text'), ('ad_platform', 'text'),
            ('report_level', 'text'), ('campaign_id', 'text'), ('member_id', 'text'),
            ('member_name', 'text'), ('creative_id', 'text'), ('currency_code', 'text'),
            ('spend_cost', 'price'), ('impressions_count', 'bigint'), ('clicks_count', 'bigint'),
            ('reach_count', 'bigint'), ('conversions_count', 'quantity'),
            ('conversions_value_amount', 'amount'), ('reported_on', 'date'),
        ],
        'ad_clicks': [
            ('ad_click_id', 'id'), ('ad_platform', 'text'), ('click_kind', 'text'),
            ('click_id', 'text'), ('account_id', 'text'), ('campaign_id', 'text'),
            ('campaign_name', 'text'), ('ad_group_name', 'text'), ('is_deleted', 'boolean'),
            ('clicked_on', 'date'),
        ],
        'site_reports': [
            ('site_report_id', 'id'), ('property_id', 'text'), ('report_kind', 'text'),
            ('member_name', 'text'), ('measure_name', 'text'), ('measured_count', 'quantity'),
            ('is_estimated', 'boolean'), ('reported_on', 'date'),
        ],
    }) }}
{% endmacro %}
