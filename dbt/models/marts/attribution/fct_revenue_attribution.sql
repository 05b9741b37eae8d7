{% set key = ['conversion_id', 'attribution_model', 'channel', 'campaign_name'] %}

-- What no touch led to stands at channel (none), so every model adds up to the revenue there is.
with journeys as (
    select
        journeys.*,
        -- A channel of a journey has an effect; rounding it must not take its credit away.
        case
            when coalesce(effects.removal_effect, 0) < 0.000001 then 0.000001
            else effects.removal_effect
        end as removal_effect
    from {{ ref('int_journeys__built') }} as journeys
    left join {{ ref('int_channels__removed') }} as effects on journeys.channel = effects.channel
),

customers as (
    select * from {{ ref('dim_customers') }}
),

-- Whom each conversion is of, once and not for every part of it.
converted as (
    select
        conversions.*,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk
    from {{ ref('int_conversions__counted') }} as conversions
    left join customers
        on
            conversions.customer_id = customers.customer_id
            and {{ as_of('customers', 'conversions.converted_at') }}
),

called as (
    select distinct conversion_id
    from journeys
    where touch_kind = 'call'
),

untouched as (
    select conversions.conversion_id
    from converted as conversions
    left join journeys on conversions.conversion_id = journeys.conversion_id
    where journeys.conversion_id is null
),

weighed as (
    {{ weighed_touches('journeys', 'untouched') }}
),

summed as (
    select
        conversion_id,
        attribution_model,
        channel,
        campaign_name,
        sum(weight) as weight,
        min(touch_position) as first_position
    from weighed
    where weight > 0
    group by conversion_id, attribution_model, channel, campaign_name
),

credited as (
    select
        summed.*,
        conversions.conversion_kind,
        conversions.customer_id,
        conversions.customer_sk,
        conversions.currency_code,
        conversions.revenue_amount,
        conversions.is_first_of_customer,
        conversions.converted_on,
        conversions._feed,
        conversions._load_id,
        conversions.is_offline or called.conversion_id is not null as is_offline,
        summed.weight
        / sum(summed.weight) over (
            partition by summed.conversion_id, summed.attribution_model
        ) as credit
    from summed
    inner join converted as conversions
        on summed.conversion_id = conversions.conversion_id
    left join called on summed.conversion_id = called.conversion_id
),

spread_out as (
    {{ spread(
        'credited', 'credit_amount', 'revenue_amount', 'weight',
        ['conversion_id', 'attribution_model'], 'first_position'
    ) }}
),

final as (
    select
        {{ hash_key(key) }} as attribution_key,
        conversion_id,
        conversion_kind,
        attribution_model,
        channel,
        campaign_name,
        customer_id,
        customer_sk,
        currency_code,
        credit_amount as attributed_amount,
        is_offline,
        is_first_of_customer,
        converted_on,
        _feed,
        _load_id,
        {{ date_key('converted_on') }} as date_key,
        {{ as_money('credit', 'price') }} as credit
    from spread_out
)

select * from final
