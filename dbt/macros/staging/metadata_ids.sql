{#-
    One row per id of another system's person in a JSON of free keys: left_record_id,
    right_connector, right_source_id, link_rule. The keys are the ones integrations write.
-#}
{% macro metadata_ids(relation, id_column, carrier) %}
    {%- for connector, key in [
        ('shopify', 'shopify_customer_id'),
        ('salesforce', 'salesforce_contact_id'),
        ('salesforce', 'salesforce_lead_id'),
        ('attio', 'attio_person_id'),
        ('gohighlevel', 'gohighlevel_contact_id'),
        ('gohighlevel', 'ghl_contact_id'),
        ('quickbooks', 'quickbooks_customer_id'),
        ('quickbooks', 'qbo_customer_id'),
        ('square', 'square_customer_id'),
        ('stripe', 'stripe_customer_id'),
        ('erpnext', 'erpnext_customer'),
    ] %}
    select
        {{ id_column }} as left_record_id,
        '{{ connector }}' as right_connector,
        '{{ key }} in {{ carrier }}' as link_rule,
        _feed,
        _load_id,
        {{ json_text('metadata', key) }} as right_source_id
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{% endmacro %}


{#-
    The order a JSON of free keys names, by the keys that shops and plugins write: ActiveMerchant and
    WooCommerce `order_id`, others a number or name.
    Source: github.com/activemerchant/active_merchant/pull/1388, read 2026-11.
-#}
{% macro metadata_order_id(column) -%}
    coalesce(
            {%- for key in [
                'order_id', 'shopify_order_id', 'order_number', 'shopify_order_name', 'order_name',
                'orderId', 'orderNumber', 'invoice_id', 'invoice_number',
            ] %}
            nullif({{ json_text(column, key) }}, '')
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        )
{%- endmacro %}
