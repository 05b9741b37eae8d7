{#- A setting of the tenant's block `attribution`; the default where the run names none. -#}
{% macro attribution_setting(name, default) %}
    {%- set settings = var('attribution', {}) -%}
    {{ return(settings.get(name, default) if settings is mapping else default) }}
{% endmacro %}


{#- Names a row of int_channels__grouped by what was written, ad network included. -#}
{% macro traffic_key(relation) -%}
    {{ hash_key([
        relation ~ '.traffic_source', relation ~ '.traffic_medium', relation ~ '.traffic_campaign',
        relation ~ '.ad_network',
    ]) }}
{%- endmacro %}
