with unioned as (
    {{ union_concept('links') }}
)

select * from unioned
