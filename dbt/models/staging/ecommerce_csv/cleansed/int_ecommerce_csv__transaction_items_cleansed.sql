with checked as (
    select * from {{ ref('int_ecommerce_csv__transaction_items_checked') }}
    where reject_reason is null
),

-- Named so that the database checks the foreign key after the transactions are in place.
transactions as (
    select
        _feed,
        transaction_id
    from {{ ref('int_ecommerce_csv__transactions_cleansed') }}
),

cleansed as (
    select
        checked.transaction_item_id,
        checked.transaction_id,
        checked.product_id,
        checked.quantity,
        checked.unit_price,
        checked.is_deleted,
        checked._feed,
        checked._load_id,
        coalesce(checked.discount_amount, 0) as discount_amount,
        coalesce(
            checked.line_total_amount,
            checked.quantity * checked.unit_price - coalesce(checked.discount_amount, 0)
        ) as line_total_amount
    from checked
    inner join transactions
        on
            checked._feed = transactions._feed
            and checked.transaction_id = transactions.transaction_id
)

select * from cleansed
