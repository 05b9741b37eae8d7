with source as (
    select * from {{ source('gohighlevel', 'contacts__attributions') }}
),

renamed as (
    select
        -- ids
        _parent_id as contact_id,
        _position as line_position,
        campaign_id,
        medium_id,
        -- text
        url,
        campaign,
        utm_source,
        utm_medium,
        utm_content,
        referrer,
        gclid,
        fbclid,
        medium,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
