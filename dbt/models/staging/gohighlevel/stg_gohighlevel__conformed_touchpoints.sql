-- What first brought a contact. Its list may go on, but only the first has a known time: when the
-- contact was made.
with attributions as (
    select
        *,
        row_number() over (partition by _feed, contact_id order by line_position) as place
    from {{ ref('stg_gohighlevel__contact_attributions') }}
),

contacts as (
    select * from {{ ref('stg_gohighlevel__contacts') }}
),

mapped as (
    select
        'contact ' || contacts.contact_id as touchpoint_id,
        contacts.contact_id as record_id,
        null as order_id,
        null as order_name,
        'lead' as touch_kind,
        attributions.utm_source as traffic_source,
        attributions.utm_medium as traffic_medium,
        attributions.campaign as traffic_campaign,
        attributions.url as landing_url,
        attributions.referrer as referrer_url,
        case
            when attributions.gclid <> '' then 'gclid'
            when attributions.fbclid <> '' then 'fbclid'
        end as click_kind,
        coalesce(nullif(attributions.gclid, ''), nullif(attributions.fbclid, '')) as click_id,
        contacts.is_deleted,
        {{ local_date('contacts.created_at') }} as touched_on,
        contacts.created_at as touched_at,
        contacts._feed,
        contacts._load_id
    from contacts
    inner join attributions
        on
            contacts._feed = attributions._feed
            and contacts.contact_id = attributions.contact_id
    where attributions.place = 1
),

final as (
    {{ conform('touchpoints', 'mapped') }}
)

select * from final
