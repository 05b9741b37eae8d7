with source as (
    select * from {{ source('meta_ads', 'ads') }}
),

renamed as (
    select
        -- ids
        id as ad_id,
        account_id,
        campaign_id,
        adset_id as ad_set_id,
        creative_id,
        -- text
        name as ad_name,
        status,
        effective_status,
        -- times
        created_time as created_at,
        updated_time as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
-- generated from connector.yaml 7f89a33703aa; edit freely, edited files are kept
