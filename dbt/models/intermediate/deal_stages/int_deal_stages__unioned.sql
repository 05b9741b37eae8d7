with unioned as (
    {{ union_concept('deal_stages') }}
)

select * from unioned
