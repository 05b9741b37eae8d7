with unioned as (
    {{ union_concept('deposits') }}
)

select * from unioned
