-- check: product_versions_follow_each_other
-- severity: error
-- needs: dim_products
-- why: Two versions of one product hold at the same time, or none or several are current.
with versions as (
    select
        product_id,
        is_current,
        effective_to_at,
        lead(effective_from_at) over (
            partition by product_id order by effective_from_at, effective_to_at
        ) as next_from_at
    from {mart}.dim_products
)

select product_id as bad_key
from versions
group by product_id
having
    sum(case when is_current then 1 else 0 end) <> 1
    or sum(case when effective_to_at > next_from_at then 1 else 0 end) > 0
