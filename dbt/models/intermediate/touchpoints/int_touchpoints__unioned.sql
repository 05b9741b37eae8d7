with unioned as (
    {{ union_concept('touchpoints') }}
)

select * from unioned
