with conversions as (
    select * from {{ ref('int_conversions__counted') }}
),

journeys as (
    select
        conversion_id,
        {{ joined_rows('channel', ' > ', 'touch_position') }} as channel_path,
        count(*) as touches_count,
        count(distinct channel) as channels_count,
        max(days_before) as days_to_convert,
        max(case when touch_position = 1 then channel end) as first_channel,
        max(case when touch_position = touches_count then channel end) as last_channel,
        max(case when touch_position = 1 then touched_at end) as first_touched_at,
        max(case when touch_position = touches_count then touched_at end) as last_touched_at,
        max(case when touch_kind = 'call' then 1 else 0 end) as calls
    from {{ ref('int_journeys__built') }}
    group by conversion_id
),

customers as (
    select * from {{ ref('dim_customers') }}
),

final as (
    select
        conversions.conversion_id,
        conversions.conversion_kind,
        conversions.source_connector,
        conversions.customer_id,
        conversions.currency_code,
        conversions.revenue_amount,
        conversions.is_first_of_customer,
        journeys.channel_path,
        journeys.days_to_convert,
        journeys.first_touched_at,
        journeys.last_touched_at,
        conversions.converted_on,
        conversions.converted_at,
        conversions._feed,
        conversions._load_id,
        coalesce(journeys.first_channel, '(none)') as first_channel,
        coalesce(journeys.last_channel, '(none)') as last_channel,
        coalesce(journeys.touches_count, 0) as touches_count,
        coalesce(journeys.channels_count, 0) as channels_count,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ date_key('conversions.converted_on') }} as date_key,
        conversions.is_offline or coalesce(journeys.calls, 0) = 1 as is_offline
    from conversions
    left join journeys on conversions.conversion_id = journeys.conversion_id
    left join customers
        on
            conversions.customer_id = customers.customer_id
            and {{ as_of('customers', 'conversions.converted_at') }}
)

select * from final
