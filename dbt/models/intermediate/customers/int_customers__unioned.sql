with unioned as (
    {{ union_concept('customers') }}
)

select * from unioned
