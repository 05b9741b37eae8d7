{#-
    Sites by what they are, after the source categories that Google publishes with GA4's default channel
    groups (support.google.com/analytics/answer/9756891, list read 2026-11). `names` stand for the
    bare name and its .com (facebook, facebook.com), `hosts` for themselves. Subdomains such as m. and
    www. are taken off before (clean_traffic), and google.de is google there.
-#}
{% macro source_names(category) %}
    {%- set names = {
        'search': 'alice aol ask auone avg babylon baidu biglobe bing cnn comcast conduit daum dogpile
            duckduckgo ecosia eniro excite exalead globo google googlemybusiness google-play
            incredimail kvasir lycos msn najdi naver onet qwant rakuten rambler search-results seznam
            so sogou startsiden terra ukr virgilio yahoo yandex',
        'shopping': 'alibaba amazon ebay etsy igshopping mercadolibre shopify shopzilla simplycodes
            stripe walmart',
        'video': 'crackle curiositystream dailymotion disneyplus hulu iq iqiyi netflix ted tudou twitch
            utreon veoh vimeo wistia youku youtube',
    } %}
    {%- set hosts = {
        'search': '360.cn biglobe.co.jp biglobe.ne.jp centrum.cz cse.google.com daum.net ecosia.org
            email.seznam.cz firmy.cz go.mail.ru lite.qwant.com mail.google.com mail.rambler.ru
            mail.yandex.ru news.google.com ntp.msn.com onet.pl rakuten.co.jp rambler.ru
            search.aol.co.uk search.aol.com search.google.com search.naver.com
            search.smt.docomo.ne.jp search.ukr.net secureurl.ukr.net seznam.cz startsiden.no
            suche.aol.de tut.by webmaster.yandex.ru websearch.rakuten.co.jp yahoo.co.jp yandex.by
            yandex.com.tr yandex.fr yandex.kz yandex.ru yandex.ua yandex.uz zen.yandex.ru',
        'shopping': 'aax-us-east.amazon-adsystem.com aax.amazon-adsystem.com amazon.co.uk
            apps.shopify.com checkout.shopify.com checkout.stripe.com cr.shopping.naver.com
            cr2.shopping.naver.com ebay.co.uk ebay.com.au ebay.de mercadolibre.com.ar
            mercadolibre.com.mx message.alibaba.com msearch.shopping.naver.com nl.shopping.net
            no.shopping.net offer.alibaba.com one.walmart.com order.shopping.yahoo.co.jp
            partners.shopify.com s3.amazonaws.com se.shopping.net shop.app shopping.naver.com
            shopping.yahoo.co.jp shopping.yahoo.com store.shopping.yahoo.co.jp uk.shopping.net',
        'video': 'blog.twitch.tv d.tube dashboard.twitch.tv fast.wistia.net help.hulu.com
            help.netflix.com id.twitch.tv jobs.netflix.com justin.tv music.youtube.com
            player.twitch.tv player.vimeo.com twitch.tv viadeo.journaldunet.com',
        'social': social_hosts(),
    } %}
    {%- set found = [] -%}
    {%- for name in names.get(category, social_names()).split() -%}
        {%- do found.extend([name, name ~ '.com']) -%}
    {%- endfor -%}
    {%- do found.extend(hosts[category].split()) -%}
    {%- do found.extend(['google shopping'] if category == 'shopping' else []) -%}
    {{ return(found) }}
{% endmacro %}


{#- The same as SQL texts in a row. -#}
{% macro site_list(category) -%}
    '{{ source_names(category) | join("', '") }}'
{%- endmacro %}
