with unioned as (
    {{ union_concept('activities') }}
)

select * from unioned
