with reports as (
    select * from {{ ref('int_site_reports__unioned') }}
),

final as (
    select
        site_report_id,
        source_connector,
        source_record_id as source_site_report_id,
        property_id,
        report_kind,
        member_name,
        measure_name,
        measured_count,
        is_estimated,
        reported_on,
        _feed,
        _load_id,
        {{ date_key('reported_on') }} as date_key
    from reports
)

select * from final
