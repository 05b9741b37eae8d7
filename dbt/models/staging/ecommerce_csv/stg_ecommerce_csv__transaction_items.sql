with source as (
    select * from {{ source('ecommerce_csv', 'transaction_items') }}
),

renamed as (
    select
        -- ids
        transaction_item_id,
        transaction_id,
        product_id,
        -- numbers
        quantity,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(unit_price as {{ type_of('price') }}) as unit_price,
        cast(discount as {{ type_of('amount') }}) as discount_amount,
        cast(line_total as {{ type_of('amount') }}) as line_total_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
