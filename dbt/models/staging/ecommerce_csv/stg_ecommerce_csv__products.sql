with source as (
    select * from {{ source('ecommerce_csv', 'products') }}
),

renamed as (
    select
        -- ids
        product_id,
        -- text
        product_name,
        category,
        subcategory,
        brand,
        -- times
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        cast(unit_price as {{ type_of('price') }}) as list_price,
        cast(cost as {{ type_of('price') }}) as unit_cost,
        coalesce(is_active, true) as is_active,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
