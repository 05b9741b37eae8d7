with clicks as (
    select * from {{ ref('int_ad_clicks__unioned') }}
),

touches as (
    select
        click_kind,
        click_id,
        count(*) as touchpoints_count
    from {{ ref('int_touchpoints__unioned') }}
    where click_id is not null
    group by click_kind, click_id
),

final as (
    select
        clicks.ad_click_id,
        clicks.source_connector,
        clicks.source_record_id as source_ad_click_id,
        clicks.ad_platform,
        clicks.click_kind,
        clicks.click_id,
        clicks.account_id,
        clicks.campaign_id,
        clicks.campaign_name,
        clicks.ad_group_name,
        clicks.is_deleted,
        clicks.clicked_on,
        clicks._feed,
        clicks._load_id,
        cast(coalesce(touches.touchpoints_count, 0) as {{ type_of('bigint') }})
            as touchpoints_count,
        {{ date_key('clicks.clicked_on') }} as date_key
    from clicks
    left join touches
        on clicks.click_kind = touches.click_kind and clicks.click_id = touches.click_id
)

select * from final
