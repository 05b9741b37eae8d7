with source as (
    select * from {{ source('callrail', 'text_conversations') }}
),

renamed as (
    select
        -- ids
        id as text_conversation_id,
        account_id,
        company_id,
        initial_tracker_id,
        current_tracker_id,
        -- text
        company_time_zone,
        initial_tracking_number,
        current_tracking_number,
        customer_name,
        customer_phone_number,
        state as conversation_state,
        -- times
        last_message_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
