with unioned as (
    {{ union_concept('rates') }}
)

select * from unioned
