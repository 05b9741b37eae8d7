with unioned as (
    {{ union_concept('refunds') }}
)

select * from unioned
