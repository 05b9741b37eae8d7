{#-
    The channel of source, medium, campaign and, for paid ads, network: the tenant's own rules first,
    then GA4's default channel group, in its order (support.google.com/analytics/answer/9756891, read
    2026-11). All texts are cleaned before (clean_traffic).
-#}
{% macro channel_of() -%}
    {%- set paid = "(medium like '%cp%' or medium in ('ppc', 'retargeting') or medium like 'paid%')" -%}
    {%- set shop = has_pattern('campaign', '(^|[^a-df-z])shop') -%}
    {%- set shops = "(campaign like '%shopping%' or {})".format(shop) -%}
    {%- set sites = {} -%}
    {%- for kind in ['search', 'shopping', 'social', 'video'] -%}
        {%- do sites.update({kind: 'source in ({})'.format(site_list(kind))}) -%}
    {%- endfor -%}
    case
        {%- for rule in attribution_setting('channels', []) %}
        when {{ own_rule(rule) }} then '{{ rule.channel }}'
        {%- endfor %}
        {%- for network, channel in networks().items() %}
        when ad_network = '{{ network }}' then '{{ channel }}'
        {%- endfor %}
        when source = '(direct)' and coalesce(medium, '(none)') = '(none)' then 'Direct'
        when campaign like '%cross-network%' then 'Cross-network'
        when ({{ sites.shopping }} or {{ shops }}) and {{ paid }} then 'Paid Shopping'
        when {{ sites.search }} and {{ paid }} then 'Paid Search'
        when {{ sites.social }} and {{ paid }} then 'Paid Social'
        when {{ sites.video }} and {{ paid }} then 'Paid Video'
        when medium in ('display', 'banner', 'expandable', 'interstitial', 'cpm') then 'Display'
        when {{ paid }} then 'Paid Other'
        when {{ sites.shopping }} or {{ shops }} then 'Organic Shopping'
        when
            {{ sites.social }}
            or medium in (
                'social', 'social-network', 'social-media', 'sm', 'social network', 'social media'
            )
            then 'Organic Social'
        when {{ sites.video }} or medium like '%video%' then 'Organic Video'
        when {{ sites.search }} or medium = 'organic' then 'Organic Search'
        when medium in ('referral', 'app', 'link') then 'Referral'
        when
            source in ('email', 'e-mail', 'e_mail', 'e mail')
            or medium in ('email', 'e-mail', 'e_mail', 'e mail')
            then 'Email'
        when medium = 'affiliate' then 'Affiliates'
        when medium = 'audio' then 'Audio'
        when source = 'sms' or medium = 'sms' then 'SMS'
        when
            medium like '%push' or medium like '%mobile%' or medium like '%notification%'
            or source = 'firebase'
            then 'Mobile Push Notifications'
        else 'Unassigned'
    end
{%- endmacro %}


{#- Network of paid ads -> channel, as GA4 groups the traffic of Google Ads. -#}
{% macro networks() %}
    {{ return({
        'search': 'Paid Search', 'display': 'Display', 'video': 'Paid Video',
        'shopping': 'Paid Shopping', 'social': 'Paid Social', 'cross_network': 'Cross-network',
    }) }}
{% endmacro %}


{#- A rule of the tenant's file as a condition: every pattern it has holds; `*` is any text. -#}
{% macro own_rule(rule) -%}
    {%- set conditions = [] -%}
    {%- for name in ['source', 'medium', 'campaign'] if rule.get(name) -%}
        {%- set parts = [] -%}
        {%- for character in rule[name] | lower -%}
            {%- set is_plain = character in 'abcdefghijklmnopqrstuvwxyz0123456789 _-' -%}
            {%- do parts.append(character if is_plain else '.*' if character == '*' else '[{}]'.format(character)) -%}
        {%- endfor -%}
        {%- set column = "coalesce({}, '')".format(name) -%}
        {%- do conditions.append(has_pattern(column, '^{}$'.format(parts | join))) -%}
    {%- endfor -%}
    {{ conditions | join(' and ') }}
{%- endmacro %}


{#- Every channel there is without a tenant's own rules -> what kind of it is (dim_channels). -#}
{% macro channel_kinds() %}
    {{ return({
        'Direct': 'direct', 'Cross-network': 'paid', 'Paid Shopping': 'paid', 'Paid Search': 'paid',
        'Paid Social': 'paid', 'Paid Video': 'paid', 'Display': 'paid', 'Paid Other': 'paid',
        'Organic Shopping': 'organic', 'Organic Social': 'organic', 'Organic Video': 'organic',
        'Organic Search': 'organic', 'Referral': 'referral', 'Email': 'owned', 'Affiliates': 'paid',
        'Audio': 'paid', 'SMS': 'owned', 'Mobile Push Notifications': 'owned',
        'Unassigned': 'unknown', '(none)': 'none',
    }) }}
{% endmacro %}
