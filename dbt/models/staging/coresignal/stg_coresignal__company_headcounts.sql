with source as (
    select * from {{ source('coresignal', 'companies__employees_count_by_month') }}
),

renamed as (
    select
        -- ids
        _parent_id as company_id,
        _position as month_position,
        -- text
        date as month_name,
        -- numbers
        employees_count,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
