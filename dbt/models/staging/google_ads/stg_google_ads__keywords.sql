with source as (
    select * from {{ source('google_ads', 'keywords') }}
),

renamed as (
    select
        -- ids
        cast(customer_id as {{ type_of('text') }}) as customer_id,
        cast(ad_group_id as {{ type_of('text') }}) as ad_group_id,
        cast(criterion_id as {{ type_of('text') }}) as criterion_id,
        cast(campaign_id as {{ type_of('text') }}) as campaign_id,
        -- text
        keyword_text,
        match_type,
        status as keyword_status,
        -- booleans
        is_negative,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
