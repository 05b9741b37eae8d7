{% snapshot snap_customers %}
    {{ config(
        unique_key='customer_id',
        strategy='check',
        check_cols=[
            'customer_name', 'first_name', 'last_name', 'company_name', 'email', 'phone',
            'address_line', 'city', 'region', 'postal_code', 'country', 'is_deleted',
        ],
    ) }}

    select * from {{ ref('int_customers__unioned') }}
{% endsnapshot %}
