with source as (
    select * from {{ source('gohighlevel', 'conversations') }}
),

renamed as (
    select
        -- ids
        id as conversation_id,
        location_id,
        contact_id,
        -- text
        type as conversation_type,
        last_message_type,
        last_message_body,
        contact_name,
        full_name,
        email,
        phone,
        -- numbers
        unread_count,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
