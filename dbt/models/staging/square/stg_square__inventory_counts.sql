with source as (
    select * from {{ source('square', 'inventory_counts') }}
),

renamed as (
    select
        -- ids
        catalog_object_id as variation_id,
        location_id,
        -- text
        state as inventory_state,
        -- times
        calculated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(quantity as {{ type_of('quantity') }}) as quantity,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
