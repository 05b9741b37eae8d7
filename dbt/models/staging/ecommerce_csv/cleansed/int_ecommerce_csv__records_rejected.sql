-- What the foreign keys would refuse, kept with its reason. Every run decides anew: a customer that
-- arrives late brings its transactions back.
with transactions as (
    select * from {{ ref('int_ecommerce_csv__transactions_checked') }}
    where reject_reason is not null
),

items as (
    select * from {{ ref('int_ecommerce_csv__transaction_items_checked') }}
    where reject_reason is not null
),

rejected as (
    select
        'transactions' as source_stream,
        transaction_id as record_id,
        reject_reason,
        customer_id as parent_id,
        total_amount as lost_amount,
        _feed,
        _load_id
    from transactions
    union all
    select
        'transaction_items' as source_stream,
        transaction_item_id as record_id,
        reject_reason,
        case
            when reject_reason = 'product_unknown' then product_id
            else transaction_id
        end as parent_id,
        line_total_amount as lost_amount,
        _feed,
        _load_id
    from items
)

select * from rejected
