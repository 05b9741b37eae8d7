with source as (
    select * from {{ source('meta_ads', 'ad_insights__actions') }}
),

renamed as (
    select
        -- ids
        _parent_account_id as account_id,
        _parent_ad_id as ad_id,
        -- dates
        _parent_date_start as reported_on,
        _position as line_position,
        -- text
        action_type,
        -- numbers
        value as actions_count,
        value_1d_click as actions_1d_click,
        value_7d_click as actions_7d_click,
        value_28d_click as actions_28d_click,
        value_1d_view as actions_1d_view,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
