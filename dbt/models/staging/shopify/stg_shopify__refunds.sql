with source as (
    select * from {{ source('shopify', 'orders__refunds') }}
),

renamed as (
    select
        -- ids
        id as refund_id,
        _parent_id as order_id,
        -- text
        note,
        currency_code,
        -- times
        created_at,
        processed_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(refunded_amount as {{ type_of('amount') }}) as refund_amount
    from source
)

select * from renamed
