{% set own_model = attribution_setting('model', 'last_non_direct') %}
{% set grain = ['performed_on', 'channel', 'campaign_name', 'currency_code'] %}

-- Wide: revenue has a column per model, so that spend and sessions stand once and add up. Counts of
-- orders and new customers, and what these brought since, follow the tenant's own model.
with performed as (
    select * from {{ ref('int_channels__performed') }}
),

credits as (
    select
        converted_on as performed_on,
        customer_id,
        channel,
        campaign_name,
        currency_code,
        attribution_model,
        attributed_amount,
        credit,
        is_offline,
        is_first_of_customer
    from {{ ref('fct_revenue_attribution') }}
),

earned as (
    select
        {{ hash_key(grain) }} as performance_key,
        performed_on,
        channel,
        campaign_name,
        currency_code,
        sum(case when attribution_model = '{{ own_model }}' then credit else 0 end)
            as conversions_count,
        sum(
            case
                when attribution_model = '{{ own_model }}' and is_first_of_customer then credit
                else 0
            end
        ) as new_customers_count,
        sum(
            case
                when attribution_model = '{{ own_model }}' and is_offline then attributed_amount
                else 0
            end
        ) as offline_revenue_amount
        {%- for name in attribution_models() %}
            ,
            sum(case when attribution_model = '{{ name }}' then attributed_amount else 0 end)
                as {{ name }}_revenue_amount
        {%- endfor %}
    from credits
    group by performed_on, channel, campaign_name, currency_code
),

repaid as (
    {{ repaid_by_won('credits', 'performed', own_model, hash_key(grain)) }}
),

keys as (
    {%- for part in ['performed', 'earned'] %}
        select
            performance_key,
            performed_on,
            channel,
            campaign_name,
            currency_code
        from {{ part }}
        {%- if not loop.last %}
            union distinct
        {%- endif %}
    {%- endfor %}
),

final as (
    select
        keys.performance_key,
        keys.performed_on,
        keys.channel,
        keys.campaign_name,
        keys.currency_code,
        {{ as_money('coalesce(performed.spend_cost, 0)') }} as spend_amount,
        {%- for name in performance_counts()[1:] %}
            cast(coalesce(performed.{{ name }}, 0) as {{ type_of('bigint') }}) as {{ name }},
        {%- endfor %}
        {{ as_money('coalesce(earned.conversions_count, 0)', 'quantity') }} as conversions_count,
        {{ as_money('coalesce(earned.new_customers_count, 0)', 'quantity') }}
            as new_customers_count,
        {%- for name in attribution_models() %}
            {{ as_money('coalesce(earned.' ~ name ~ '_revenue_amount, 0)') }}
                as {{ name }}_revenue_amount,
        {%- endfor %}
        {{ as_money('coalesce(earned.offline_revenue_amount, 0)') }} as offline_revenue_amount,
        {{ as_money(
            'earned.offline_revenue_amount / nullif(earned.' ~ own_model ~ '_revenue_amount, 0)',
            'price'
        ) }} as offline_share,
        {{ as_money('coalesce(repaid.won_revenue_amount, 0)') }} as won_revenue_amount,
        {{ as_money('performed.spend_cost / nullif(earned.new_customers_count, 0)') }}
            as acquisition_cost_amount,
        {{ as_money(
            'coalesce(earned.' ~ own_model ~ '_revenue_amount, 0) / nullif(performed.spend_cost, 0)', 'price'
        ) }} as return_on_ad_spend,
        {{ date_key('keys.performed_on') }} as date_key,
        cast(repaid.payback_days as {{ type_of('integer') }}) as payback_days
    from keys
    left join performed on keys.performance_key = performed.performance_key
    left join earned on keys.performance_key = earned.performance_key
    left join repaid on keys.performance_key = repaid.performance_key
)

select * from final
