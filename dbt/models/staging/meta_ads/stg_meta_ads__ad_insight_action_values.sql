with source as (
    select * from {{ source('meta_ads', 'ad_insights__action_values') }}
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
        value as action_amount,
        value_1d_click as action_1d_click_amount,
        value_7d_click as action_7d_click_amount,
        value_28d_click as action_28d_click_amount,
        value_1d_view as action_1d_view_amount,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
