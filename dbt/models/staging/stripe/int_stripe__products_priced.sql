-- A product's price is the one it names as its default.
with products as (
    select * from {{ ref('stg_stripe__products') }}
),

prices as (
    select * from {{ ref('stg_stripe__prices') }}
),

priced as (
    select
        products.product_id,
        products.sku,
        products.product_name,
        products.product_type,
        products.is_active,
        products.is_deleted,
        products.created_at,
        products.updated_at,
        products._feed,
        products._load_id,
        prices.currency_code,
        prices.unit_price as list_price
    from products
    left join prices
        on
            products._feed = prices._feed
            and products.default_price_id = prices.price_id
)

select * from priced
