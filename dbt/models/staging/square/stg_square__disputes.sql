with source as (
    select * from {{ source('square', 'disputes') }}
),

renamed as (
    select
        -- ids
        id as dispute_id,
        payment_id,
        location_id,
        -- text
        state as dispute_state,
        reason,
        card_brand,
        currency as currency_code,
        -- times
        due_at,
        reported_at,
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('amount', 'currency') }} as disputed_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
