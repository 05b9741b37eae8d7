with reports as (
    select * from {{ ref('int_ad_reports__unioned') }}
),

final as (
    select
        ad_report_id,
        source_connector,
        source_record_id as source_ad_report_id,
        account_id,
        ad_platform,
        report_level,
        campaign_id,
        member_id,
        member_name,
        creative_id,
        currency_code,
        spend_cost,
        impressions_count,
        clicks_count,
        reach_count,
        conversions_count,
        conversions_value_amount,
        reported_on,
        _feed,
        _load_id,
        cast(impressions_count * 1.0 / nullif(reach_count, 0) as {{ type_of('quantity') }})
            as frequency_ratio,
        cast(conversions_value_amount / nullif(spend_cost, 0) as {{ type_of('quantity') }})
            as return_on_spend_ratio,
        {{ date_key('reported_on') }} as date_key
    from reports
)

select * from final
