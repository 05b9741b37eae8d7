{% set lookback = attribution_setting('lookback_days', 90) %}

-- The touches before each conversion: those of the same person inside the look-back window, and the
-- session that ended in the order, whoever made it. Touches after the conversion led to nothing.
with conversions as (
    select * from {{ ref('int_conversions__counted') }}
    where conversion_kind <> 'unplaced'
),

touches as (
    select * from {{ ref('int_touchpoints__resolved') }}
    where is_counted
),

found as (
    select
        conversions.conversion_id,
        touches.touchpoint_id
    from conversions
    inner join touches on conversions.customer_id = touches.customer_id
    where
        touches.touched_at <= conversions.converted_at
        and {{ days_between('touches.touched_on', 'conversions.converted_on') }} <= {{ lookback }}
    union distinct
    select
        conversions.conversion_id,
        touches.touchpoint_id
    from conversions
    inner join touches on conversions.conversion_id = touches.order_id
    where touches.touched_at <= conversions.converted_at
),

described as (
    select
        found.conversion_id,
        found.touchpoint_id,
        touches.channel,
        touches.campaign_name,
        touches.touch_kind,
        touches.touched_at,
        touches.touched_on,
        conversions.converted_on,
        touches.channel = 'Direct' as is_direct,
        case when touches.ends_in_order_id = found.conversion_id then 1 else 0 end as is_end
    from found
    inner join touches on found.touchpoint_id = touches.touchpoint_id
    inner join conversions on found.conversion_id = conversions.conversion_id
),

ordered as (
    select
        *,
        row_number() over (
            partition by conversion_id order by touched_at asc, is_end asc, touchpoint_id asc
        ) as touch_position,
        row_number() over (
            partition by conversion_id
            order by
                case when is_direct then 1 else 0 end asc,
                touched_at desc,
                is_end desc,
                touchpoint_id desc
        ) as non_direct_place,
        count(*) over (partition by conversion_id) as touches_count,
        count(*) over (partition by conversion_id, channel) as channel_touches_count,
        max(touched_on) over (partition by conversion_id) as last_touched_on
    from described
),

final as (
    select
        conversion_id,
        touchpoint_id,
        channel,
        campaign_name,
        touch_kind,
        is_direct,
        touched_at,
        touch_position,
        touches_count,
        channel_touches_count,
        non_direct_place = 1 as is_last_non_direct,
        {{ days_between('touched_on', 'last_touched_on') }} as days_before_last,
        {{ days_between('touched_on', 'converted_on') }} as days_before
    from ordered
)

select * from final
