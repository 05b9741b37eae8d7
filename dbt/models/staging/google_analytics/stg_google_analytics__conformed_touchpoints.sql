{% set key = [
    'property_id', 'reported_on', 'transaction_id', 'session_source', 'session_medium',
    'session_campaign_name',
] %}

-- The session a transaction was made in: the only rows of a property that are about one purchase.
-- A transaction id that the tag did not fill names no order.
with transactions as (
    select * from {{ ref('stg_google_analytics__ecommerce_transactions') }}
    where
        not coalesce(is_other_row, false)
        and trim(transaction_id) not in ('', '(not set)', '(other)', 'undefined', 'null')
),

mapped as (
    select
        {{ hash_key(key) }} as touchpoint_id,
        null as record_id,
        null as order_id,
        trim(transaction_id) as order_name,
        'order_session' as touch_kind,
        session_source as traffic_source,
        session_medium as traffic_medium,
        session_campaign_name as traffic_campaign,
        null as landing_url,
        null as referrer_url,
        null as click_kind,
        null as click_id,
        false as is_deleted,
        reported_on as touched_on,
        {{ null_of('timestamp') }} as touched_at,
        _feed,
        _load_id
    from transactions
),

final as (
    {{ conform('touchpoints', 'mapped') }}
)

select * from final
