with source as (
    select * from {{ source('meta_ads', 'campaigns') }}
),

renamed as (
    select
        -- ids
        id as campaign_id,
        account_id,
        -- text
        name as campaign_name,
        objective,
        buying_type,
        bid_strategy,
        status,
        effective_status,
        currency_code,
        special_ad_categories,
        -- times
        start_time as started_at,
        stop_time as stopped_at,
        created_time as created_at,
        updated_time as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted,
        {{ meta_offset_to_major('daily_budget_minor', 'currency_code') }}
            as daily_budget_amount,
        {{ meta_offset_to_major('lifetime_budget_minor', 'currency_code') }}
            as lifetime_budget_amount
    from source
)

select * from renamed
-- generated from connector.yaml b47191961c38; edit freely, edited files are kept
