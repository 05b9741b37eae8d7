with unioned as (
    {{ union_concept('orders') }}
)

select * from unioned
