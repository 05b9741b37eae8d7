-- A checkout somebody left; one that was finished later has become an order.
with checkouts as (
    select * from {{ ref('stg_shopify__abandoned_checkouts') }}
),

mapped as (
    select
        abandoned_checkout_id as quote_id,
        customer_id,
        checkout_name as quote_number,
        'abandoned_checkout' as quote_kind,
        currency_code,
        tax_amount,
        total_amount,
        false as is_test,
        is_deleted,
        _feed,
        _load_id,
        case when is_recovered then 'won' else 'open' end as quote_status,
        {{ local_date('created_at') }} as quoted_on,
        {{ null_of('date') }} as expires_on
    from checkouts
),

final as (
    {{ conform('quotes', 'mapped') }}
)

select * from final
