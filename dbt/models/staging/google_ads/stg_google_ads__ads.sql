with source as (
    select * from {{ source('google_ads', 'ads') }}
),

renamed as (
    select
        -- ids
        cast(customer_id as {{ type_of('text') }}) as customer_id,
        cast(ad_group_id as {{ type_of('text') }}) as ad_group_id,
        cast(ad_id as {{ type_of('text') }}) as ad_id,
        cast(campaign_id as {{ type_of('text') }}) as campaign_id,
        -- text
        ad_name,
        ad_type,
        final_urls,
        status as ad_status,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
