with unioned as (
    {{ union_concept('deals') }}
)

select * from unioned
