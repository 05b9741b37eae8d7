with source as (
    select * from {{ source('meta_ads', 'ad_sets') }}
),

renamed as (
    select
        -- ids
        id as ad_set_id,
        account_id,
        campaign_id,
        -- text
        name as ad_set_name,
        status,
        effective_status,
        optimization_goal,
        billing_event,
        currency_code,
        targeting,
        attribution_spec,
        -- times
        start_time as started_at,
        end_time as ended_at,
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
-- generated from connector.yaml 88e92fe3c1ef; edit freely, edited files are kept
