with unioned as (
    {{ union_concept('shifts') }}
)

select * from unioned
