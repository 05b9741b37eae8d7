with source as (
    select * from {{ source('google_ads', 'clicks') }}
),

renamed as (
    select
        -- ids
        gclid,
        ad_name as ad_resource_name,
        keyword_name as keyword_resource_name,
        -- numbers
        page_number,
        -- dates
        date as clicked_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(customer_id as {{ type_of('text') }}) as customer_id,
        cast(campaign_id as {{ type_of('text') }}) as campaign_id,
        cast(ad_group_id as {{ type_of('text') }}) as ad_group_id,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
