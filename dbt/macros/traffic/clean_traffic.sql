{#-
    The select of `relation` (traffic_source, traffic_medium, traffic_campaign as written, ad_network)
    with `source`, `medium` and `campaign` as they are compared: small letters, one name a site (fb,
    m.facebook.com and Facebook are facebook), placeholders a tag never filled as null, and payment
    pages and own domains as (direct): coming back from the checkout is no arrival.

    Every step is `distinct` for speed: PostgreSQL would else write each step's text into each place of
    the next one that reads it, and the nested replacing again for every branch.
-#}
{% macro clean_traffic(relation) %}
    {%- set blank = ['', '(not set)', '(not provided)', 'not set', 'undefined', 'null', '(other)'] -%}
    {%- set returns = payment_hosts() + attribution_setting('own_domains', []) -%}
    {%- set given = 'traffic_source, traffic_medium, traffic_campaign, ad_network' -%}
    select distinct
        {{ given }},
        case
            when is_return then '(direct)'
            when substring(source_name, 1, 1) in ('{', '[') or source_name = '(data deleted)' then null
            else source_name
        end as source,
        case
            when is_return then '(none)'
            when substring(medium_word, 1, 1) in ('{', '[') then null
            else medium_word
        end as medium,
        case
            {%- for written, meant in attribution_setting('campaigns', {}).items() %}
            when campaign_word = '{{ written | lower }}' then '{{ meant | lower }}'
            {%- endfor %}
            when
                campaign_word in ('(organic)', '(direct)', '(referral)', '(none)')
                or substring(campaign_word, 1, 1) in ('{', '[')
                then null
            else campaign_word
        end as campaign
    from (
        select distinct
            {{ given }}, medium_word, campaign_word,
            {{ site_name('source_host') }} as source_name,
            coalesce(source_host, '') in ('{{ returns | join("', '") }}')
            and coalesce(medium_word, 'referral') = 'referral' as is_return
        from (
            select distinct
                {{ given }}, medium_word, campaign_word,
                case
                    {%- for prefix in ['m', 'l', 'lm', 'mobile', 'web', 'touch', 'old', 'out', 'amp'] %}
                    when source_word like '{{ prefix }}.%.%'
                        then substring(source_word, {{ prefix | length + 2 }})
                    {%- endfor %}
                    else source_word
                end as source_host
            from (
                select distinct
                    {{ given }},
                    {%- for name in ['source', 'medium', 'campaign'] %}
                    case
                        when {{ name }}_text not in ('{{ blank | join("', '") }}')
                            then {{ website_domain(name ~ '_text') if name == 'source' else name ~ '_text' }}
                    end as {{ name }}_word
                    {%- if not loop.last %},{% endif %}
                    {%- endfor %}
                from (
                    select distinct
                        {{ given }},
                        {%- for name in ['source', 'medium', 'campaign'] %}
                        trim({{ percent_decoded('lower(traffic_' ~ name ~ ')') }}) as {{ name }}_text
                        {%- if not loop.last %},{% endif %}
                        {%- endfor %}
                    from {{ relation }}
                ) as lowered
            ) as words
        ) as hosts
    ) as names
{% endmacro %}


{#- `%2f` and the like -> characters, of a text in small letters; `codes` instead of the usual ones. -#}
{% macro percent_decoded(column, codes=none) -%}
    {%- set known = codes or {
        '+': ' ', '%20': ' ', '%7c': '|', '%2f': '/', '%3a': ':', '%28': '(', '%29': ')', '%2c': ',',
        '%5f': '_', '%2d': '-', '%2e': '.', '%26': '&', '%2b': '+', '%25': '%',
    } -%}
    {{ 'replace(' * known | length }}{{ column }}
    {%- for code, character in known.items() %}, '{{ code }}', '{{ character }}'){% endfor %}
{%- endmacro %}


{#- What an address needs to be read that somebody encoded as a whole. -#}
{% macro address_codes() %}
    {{ return({
        '%3A': ':', '%3a': ':', '%2F': '/', '%2f': '/', '%3F': '?', '%3f': '?', '%3D': '=',
        '%3d': '=', '%26': '&', '%25': '%',
    }) }}
{% endmacro %}
