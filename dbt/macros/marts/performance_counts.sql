{#- What int_channels__performed sums: cost first, then counts. -#}
{% macro performance_counts() %}
    {{ return([
        'spend_cost', 'impressions_count', 'clicks_count', 'sessions_count', 'engaged_sessions_count',
        'leads_count', 'calls_count', 'answered_calls_count',
    ]) }}
{% endmacro %}
