{% snapshot snap_products %}
    {{ config(
        unique_key='product_id',
        strategy='check',
        check_cols=[
            'sku', 'product_name', 'category', 'brand', 'currency_code', 'list_price',
            'unit_cost', 'is_active', 'is_deleted',
        ],
    ) }}

    select * from {{ ref('int_products__unioned') }}
{% endsnapshot %}
