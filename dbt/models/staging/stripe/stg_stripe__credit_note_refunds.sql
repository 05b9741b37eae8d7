with source as (
    select * from {{ source('stripe', 'credit_notes__refunds') }}
),

renamed as (
    select
        -- ids
        _parent_id as credit_note_id,
        _position as refund_position,
        refund as refund_id,
        -- text
        type as refund_type,
        -- numbers
        amount_refunded as refunded_minor_units,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
