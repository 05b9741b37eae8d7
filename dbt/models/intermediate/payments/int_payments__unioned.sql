with unioned as (
    {{ union_concept('payments') }}
)

select * from unioned
