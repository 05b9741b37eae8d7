{#-
    The concepts that tell where people came from, as concept_columns has the others. A touchpoint is
    one visit, click, call or form of one person or one order; a session group and a day's spend are
    sums about nobody. Texts are as the source wrote them: int_touchpoints__cleaned reads them.
-#}
{% macro traffic_columns() %}
    {{ return({
        'touchpoints': [
            ('touchpoint_id', 'id'), ('record_id', 'id'), ('order_id', 'id'),
            ('order_name', 'text'), ('touch_kind', 'text'), ('traffic_source', 'text'),
            ('traffic_medium', 'text'), ('traffic_campaign', 'text'), ('landing_url', 'text'),
            ('referrer_url', 'text'), ('click_kind', 'text'), ('click_id', 'text'),
            ('is_deleted', 'boolean'), ('touched_on', 'date'), ('touched_at', 'timestamp'),
        ],
        'sessions': [
            ('session_group_id', 'id'), ('property_id', 'text'), ('traffic_source', 'text'),
            ('traffic_medium', 'text'), ('traffic_campaign', 'text'), ('reported_channel', 'text'),
            ('sessions_count', 'bigint'), ('engaged_sessions_count', 'bigint'),
            ('new_users_count', 'bigint'), ('reported_on', 'date'),
        ],
        'spend': [
            ('spend_id', 'id'), ('account_id', 'text'), ('campaign_id', 'text'),
            ('campaign_name', 'text'), ('ad_platform', 'text'), ('ad_network', 'text'),
            ('currency_code', 'text'), ('spend_cost', 'price'), ('impressions_count', 'bigint'),
            ('clicks_count', 'bigint'), ('spent_on', 'date'),
        ],
        'calls': [
            ('call_id', 'id'), ('record_id', 'id'), ('touchpoint_id', 'id'), ('direction', 'text'),
            ('lead_status', 'text'), ('duration_seconds', 'integer'), ('is_answered', 'boolean'),
            ('is_first_call', 'boolean'), ('is_deleted', 'boolean'), ('called_on', 'date'),
            ('called_at', 'timestamp'),
        ],
    }) }}
{% endmacro %}
