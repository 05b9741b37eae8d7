-- Taxes of an order by name and rate: what a VAT return is made of. Discounts are in the lines.
with orders as (
    select * from {{ ref('stg_shopify__orders') }}
),

tax_lines as (
    select * from {{ ref('stg_shopify__order_tax_lines') }}
),

mapped as (
    select
        tax_lines.order_id,
        'tax' as detail_kind,
        tax_lines.tax_name as detail_name,
        orders.currency_code,
        tax_lines.tax_amount as detail_amount,
        tax_lines.is_channel_liable as is_remitted_by_others,
        tax_lines._feed,
        tax_lines._load_id,
        {{ hash_key(['tax_lines.order_id', 'tax_lines.tax_line_position']) }} as order_detail_id,
        tax_lines.tax_share * 100 as detail_percent
    from tax_lines
    inner join orders
        on tax_lines._feed = orders._feed and tax_lines.order_id = orders.order_id
),

final as (
    {{ conform('order_details', 'mapped') }}
)

select * from final
