with unioned as (
    {{ union_concept('balance_movements') }}
)

select * from unioned
