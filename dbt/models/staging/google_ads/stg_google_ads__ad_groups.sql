with source as (
    select * from {{ source('google_ads', 'ad_groups') }}
),

renamed as (
    select
        -- ids
        cast(customer_id as {{ type_of('text') }}) as customer_id,
        cast(ad_group_id as {{ type_of('text') }}) as ad_group_id,
        cast(campaign_id as {{ type_of('text') }}) as campaign_id,
        -- text
        ad_group_name,
        status as ad_group_status,
        ad_group_type,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ micros_to_major('cpc_bid_micros') }} as cpc_bid_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
