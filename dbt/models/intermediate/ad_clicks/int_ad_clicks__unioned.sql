with unioned as (
    {{ union_concept('ad_clicks') }}
)

select * from unioned
