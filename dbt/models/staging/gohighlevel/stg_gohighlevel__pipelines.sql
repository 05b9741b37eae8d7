with source as (
    select * from {{ source('gohighlevel', 'pipelines') }}
),

renamed as (
    select
        -- ids
        id as pipeline_id,
        location_id,
        -- text
        name as pipeline_name,
        -- booleans
        show_in_funnel as is_show_in_funnel,
        show_in_pie_chart as is_show_in_pie_chart,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
