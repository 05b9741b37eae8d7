with touches as (
    select * from {{ ref('int_touchpoints__resolved') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

final as (
    select
        touches.touchpoint_id,
        touches.source_connector,
        touches.customer_id,
        touches.order_id,
        touches.touch_kind,
        touches.channel,
        touches.source,
        touches.medium,
        touches.campaign_name,
        touches.click_kind,
        touches.click_id,
        touches.is_counted,
        touches.ignored_reason,
        touches.is_day_only,
        touches.touched_on,
        touches.touched_at,
        touches._feed,
        touches._load_id,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ date_key('touches.touched_on') }} as date_key
    from touches
    left join customers
        on
            touches.customer_id = customers.customer_id
            and {{ as_of('customers', 'touches.touched_at') }}
)

select * from final
