with source as (
    select * from {{ source('google_ads', 'ad_group_stats') }}
    where _deleted_at is null
),

renamed as (
    {{
        google_ads_stats(
            ['customer_id', 'campaign_id', 'ad_group_id'],
            ['ad_network_type', 'device']
        )
    }}
)

select * from renamed
