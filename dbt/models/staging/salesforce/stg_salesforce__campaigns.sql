with source as (
    select * from {{ source('salesforce', 'campaigns') }}
),

renamed as (
    select
        -- ids
        id as campaign_id,
        parent_id as parent_campaign_id,
        owner_id,
        -- text
        name as campaign_name,
        type as campaign_type,
        status as campaign_status,
        currency_iso_code as currency_code,
        -- numbers
        budgeted_cost as budget_amount,
        actual_cost as cost_amount,
        expected_revenue as expected_revenue_amount,
        -- booleans
        is_active,
        -- times
        start_date as starts_on,
        end_date as ends_on,
        created_date as created_at,
        last_modified_date as modified_at,
        system_modstamp as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        is_deleted or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
