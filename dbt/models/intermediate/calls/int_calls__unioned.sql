with unioned as (
    {{ union_concept('calls') }}
)

select * from unioned
