{#- The select of a daily report of Google Ads: what it is about differs, the metrics do not. -#}
{% macro google_ads_stats(ids, segments=[]) %}
    select
        -- ids
        {%- for name in ids %}
        cast({{ name }} as {{ type_of('text') }}) as {{ name }},
        {%- endfor %}
        {%- for name in segments %}
        {{ name }},
        {%- endfor %}
        -- dates
        date as reported_on,
        -- text
        currency_code,
        -- numbers
        impressions,
        clicks,
        interactions,
        conversions,
        all_conversions,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ micros_to_major('cost_micros') }} as cost_amount,
        {{ as_money('conversions_value') }} as conversions_value_amount,
        {{ as_money('all_conversions_value') }} as all_conversions_value_amount
    from source
{% endmacro %}
