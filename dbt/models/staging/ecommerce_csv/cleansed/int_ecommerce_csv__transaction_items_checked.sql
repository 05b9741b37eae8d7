-- Every item with the reason why it cannot be used, null when it can.
with items as (
    select * from {{ ref('stg_ecommerce_csv__transaction_items') }}
),

transactions as (
    select * from {{ ref('int_ecommerce_csv__transactions_checked') }}
),

products as (
    select * from {{ ref('int_ecommerce_csv__products_cleansed') }}
),

checked as (
    select
        items.transaction_item_id,
        items.transaction_id,
        items.product_id,
        items.quantity,
        items.unit_price,
        items.discount_amount,
        items.line_total_amount,
        items.is_deleted,
        items._feed,
        items._load_id,
        case
            when transactions.transaction_id is null then 'transaction_unknown'
            when transactions.reject_reason is not null then 'transaction_rejected'
            when products.product_id is null then 'product_unknown'
            when coalesce(items.quantity, 0) <= 0 then 'quantity_not_positive'
            when items.unit_price is null then 'amount_missing'
        end as reject_reason
    from items
    left join transactions
        on
            items._feed = transactions._feed
            and items.transaction_id = transactions.transaction_id
    left join products
        on
            items._feed = products._feed
            and items.product_id = products.product_id
)

select * from checked
