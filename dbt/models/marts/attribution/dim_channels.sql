-- What facts may name: GA4's default channel groups, those of the tenant's own rules, `Unassigned`
-- for traffic that no rule knows, `(none)` for what no touch led to.
{% set kinds = channel_kinds() %}
{% set own = [] %}
{% for rule in attribution_setting('channels', []) if rule.channel not in kinds %}
    {%- do own.append(rule.channel) -%}
{% endfor %}

with channels as (
    {%- for name in (kinds | list) + (own | unique | list) %}
        select
            '{{ name }}' as channel,
            '{{ kinds.get(name, "own") }}' as channel_kind
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

final as (
    select
        channel,
        channel_kind,
        channel_kind = 'paid' as is_paid
    from channels
)

select * from final
