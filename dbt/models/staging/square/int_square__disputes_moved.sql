-- Money that disputes moved: it leaves when the bank asks and stays away when the seller accepts or
-- loses; a won one brings it back on the day it was decided. An inquiry takes none.
with disputes as (
    select * from {{ ref('stg_square__disputes') }}
    where dispute_state not like 'INQUIRY%'
),

payments as (
    select * from {{ ref('stg_square__payments') }}
),

located as (
    select
        disputes.*,
        payments.order_id,
        payments.customer_id,
        coalesce(disputes.reported_at, disputes.created_at, payments.created_at) as taken_at
    from disputes
    left join payments
        on
            disputes._feed = payments._feed
            and disputes.payment_id = payments.payment_id
),

final as (
    select
        dispute_id as refund_id,
        order_id,
        payment_id,
        customer_id,
        currency_code,
        disputed_amount as refund_amount,
        is_deleted,
        taken_at as refunded_at,
        _feed,
        _load_id,
        'dispute' as refund_kind
    from located
    union all
    select
        dispute_id || ':won' as refund_id,
        order_id,
        payment_id,
        customer_id,
        currency_code,
        disputed_amount as refund_amount,
        is_deleted,
        coalesce(updated_at, taken_at) as refunded_at,
        _feed,
        _load_id,
        'dispute_won' as refund_kind
    from located
    where dispute_state = 'WON'
)

select * from final
