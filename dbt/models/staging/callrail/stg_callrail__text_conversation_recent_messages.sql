with source as (
    select * from {{ source('callrail', 'text_conversations__recent_messages') }}
),

renamed as (
    select
        -- ids
        _parent_id as text_conversation_id,
        _position as line_position,
        -- text
        direction,
        type as message_type,
        content,
        media_urls,
        -- times
        created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
