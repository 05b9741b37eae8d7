with unioned as (
    {{ union_concept('order_details') }}
)

select * from unioned
