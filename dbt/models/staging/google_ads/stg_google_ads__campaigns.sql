with source as (
    select * from {{ source('google_ads', 'campaigns') }}
),

renamed as (
    select
        -- ids
        cast(customer_id as {{ type_of('text') }}) as customer_id,
        cast(campaign_id as {{ type_of('text') }}) as campaign_id,
        -- text
        campaign_name,
        status as campaign_status,
        primary_status,
        channel_type,
        bidding_strategy_type,
        campaign_budget,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(substring(start_date_time, 1, 10) as date) as started_on,
        cast(substring(end_date_time, 1, 10) as date) as ended_on,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
