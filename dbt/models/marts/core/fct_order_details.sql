with details as (
    select * from {{ ref('int_order_details__unioned') }}
),

orders as (
    select * from {{ ref('int_orders__unioned') }}
),

final as (
    select
        details.order_detail_id,
        details.source_connector,
        details.source_record_id as source_order_detail_id,
        details.order_id,
        details.detail_kind,
        details.detail_name,
        details.currency_code,
        details.detail_percent,
        details.detail_amount,
        details.is_remitted_by_others,
        orders.ordered_on,
        details._feed,
        details._load_id,
        {{ date_key('orders.ordered_on') }} as date_key
    from details
    left join orders on details.order_id = orders.order_id
)

select * from final
