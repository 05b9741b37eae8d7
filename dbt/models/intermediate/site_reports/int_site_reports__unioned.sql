with unioned as (
    {{ union_concept('site_reports') }}
)

select * from unioned
