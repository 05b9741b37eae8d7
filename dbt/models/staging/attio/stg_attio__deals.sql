with source as (
    select * from {{ source('attio', 'deals') }}
),

renamed as (
    select
        -- ids
        id as deal_id,
        object_id,
        workspace_id,
        stage_id,
        owner_id,
        company_id,
        -- text
        name as deal_name,
        stage as deal_stage,
        owner_type,
        web_url,
        record_values,
        -- times
        stage_entered_at,
        created_at,
        last_value_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency_code) as currency_code,
        {{ as_money('deal_value') }} as deal_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
