with unioned as (
    {{ union_concept('ad_reports') }}
)

select * from unioned
