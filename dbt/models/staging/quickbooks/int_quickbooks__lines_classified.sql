{% set documents = {
    'invoice': 'Invoice', 'sales_receipt': 'SalesReceipt', 'credit_memo': 'CreditMemo',
    'refund_receipt': 'RefundReceipt',
} %}

-- Lines with an amount of their own: subtotals repeat others, a bundle's own line and a line of
-- text have none. An item booked on a liability (gift card, deposit, tip) is owed, not earned.
with lines as (
    {% for name, entity in documents.items() %}
        select
            '{{ entity }}/' || {{ name }}_id as document_key,
            line_position,
            item_id,
            detail_type,
            description,
            amount,
            quantity,
            unit_price,
            _feed,
            _load_id
        from {{ ref('stg_quickbooks__' ~ name ~ '_lines') }}
        where detail_type in ('SalesItemLineDetail', 'DiscountLineDetail')
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

items as (
    select * from {{ ref('stg_quickbooks__items') }}
),

accounts as (
    select * from {{ ref('stg_quickbooks__accounts') }}
),

classified as (
    select
        lines.document_key,
        lines.line_position,
        lines.item_id,
        lines.description,
        lines.quantity,
        lines.unit_price,
        lines._feed,
        lines._load_id,
        items.sku,
        coalesce(items.name, lines.description) as product_name,
        coalesce(lines.amount, 0) as line_amount,
        case
            when lines.detail_type = 'DiscountLineDetail' then 'discount'
            when lines.item_id = 'SHIPPING_ITEM_ID' then 'shipping'
            when accounts.classification = 'Liability' then 'gift_card'
            else 'product'
        end as line_kind
    from lines
    left join items
        on lines.item_id = items.item_id and lines._feed = items._feed
    left join accounts
        on items.income_account_id = accounts.account_id and items._feed = accounts._feed
)

select * from classified
