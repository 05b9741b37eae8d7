with unioned as (
    {{ union_concept('companies') }}
)

select * from unioned
