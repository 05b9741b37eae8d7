{#-
    How an order is called, without decoration: `#1042`, ` 1042` and Shopify's
    `gid://shopify/Order/1042` are one name. Null for empty text.
-#}
{% macro order_key(column) -%}
    nullif(lower(trim(ltrim(trim(replace({{ column }}, 'gid://shopify/Order/', '')), '#'))), '')
{%- endmacro %}
