with source as (
    select * from {{ source('google_ads', 'conversion_actions') }}
),

renamed as (
    select
        -- ids
        cast(customer_id as {{ type_of('text') }}) as customer_id,
        cast(conversion_action_id as {{ type_of('text') }}) as conversion_action_id,
        -- text
        resource_name,
        conversion_action_name,
        status as conversion_action_status,
        action_type,
        category,
        -- booleans
        is_counted_in_conversions,
        is_primary_for_goal,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
