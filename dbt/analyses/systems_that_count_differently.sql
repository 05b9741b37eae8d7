-- Where do two systems count the same product differently, the largest gaps first?
select
    products.product_name,
    differences.source_system,
    differences.on_hand,
    differences.other_system,
    differences.other_on_hand,
    differences.difference,
    differences.days_since_change
from {{ ref('bi_stock_differences') }} as differences
left join {{ ref('bi_products') }} as products on differences.product_id = products.product_id
where differences.is_different
order by abs(differences.difference) desc
