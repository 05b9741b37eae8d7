{#- The social sites of source_names: names stand for themselves and their .com. -#}
{% macro social_names() %}
    {{ return('43things activerain activeworlds addthis allnurses allrecipes alumniclass
        americantowns ancestry anobii answerbag aolanswers asmallworld askubuntu athlinks artstation
        baby-gaga badoo bebo beforeitsnews bharatstudent blackcareernetwork blackplanet blog blogger
        bloggang blogher bloglines blogs blogsome blogspot blogster blurtit brightkite brizzly
        buzzfeed buzznet cafemom camospace canalblog care care2 catster cellufun chegg chicagonow
        classmates classquest cocolog-nifty cozycot crunchyroll cyworld deluxe deviantart dianping
        digg diigo disqus dogster dol2day doostang dopplr douban drugs-forum dzone elftown epicurious
        everforo exblog extole facebook faceparty fandom fanpop fark fb fc2 feedspot feministing
        filmaffinity flickr flipboard folkdirect foodservice fotki fotolog foursquare friendfeed
        fubar gaiaonline gamerdna gather geni getpocket glassboard glassdoor godtube goldstar
        goodreads google+ googlegroups googleplus govloop gowalla gulli habbo hatena hi5 hootsuite
        houzz hoverspot hr hubculture hubpages ibibo ig imageshack imvu insanejournal instagram
        instapaper internations interpals intherooms italki jammerdirect jappy kaboodle kakao
        kakaocorp kaneva librarything line linkedin listal listography livedoor livedoorblog
        livejournal medium meetup menuism messenger mix mocospace mouthshut movabletype mubi
        myheritage mylife mymodernmet myspace netvibes newsshowcase nexopia niconico nightlifelink
        ning onstartups opendiary over-blog overblog photobucket pinboard pingsta pinterest plurk
        posterous qapacity quechup quora ravelry reddit redux renren reunion reverbnation ryze
        salespider screenrant scribd scvngr secondlife serverfault shareit sharethis shvoong skype
        skyrock smartnews snapchat socialvibe spoke spruz ssense stackapps stackexchange
        stackoverflow stardoll stickam superuser sweeva tagged taggedmail talkbiznow techmeme tencent
        tiktok tinyurl toolbox travellerspoint tripadvisor trombi tuenti tumblr tweetdeck twitter
        twoo typepad urbanspoon ushareit vampirefreaks vampirerave vk wakoopa wattpad webshots wechat
        weebly weibo weread whatsapp wikihow woot wordpress x xanga xing yammer yelp zalo zooppa') }}
{% endmacro %}


{% macro social_hosts() %}
    {{ return('5ch.net 51.com academia.edu airg.ca ameba.jp ameblo.jp answers.yahoo.com away.vk.com
        awe.sm b.hatena.ne.jp babyblog.ru biip.no biswap.org bit.ly blip.fm blog.feedspot.com
        blog.goo.ne.jp blog.naver.com blog.yahoo.co.jp blogg.no bookmarks.yahoo.co.jp
        bookmarks.yahoo.com cafe.naver.com caringbridge.org cbnt.io centerblog.net chat.zalo.me
        chiebukuro.yahoo.co.jp copainsdavant.linternaute.com couchsurfing.org cross.tv
        d.hatena.ne.jp dailystrength.org discover.hubpages.com draft.blogger.com draugiem.lv
        edublogs.org fb.me forums.androidcentral.com forums.crackberry.com forums.imore.com
        forums.nexopia.com forums.webosnation.com forums.wpcentral.com fruehstueckstreff.org
        goldenline.pl goo.gl gooblog gree.jp groups.google.com gutefrage.net hyves.net hyves.nl
        identi.ca imageshack.us irc-galleria.net is.gd jappy.de kin.naver.com last.fm
        lifestream.aol.com line.me lnkd.in mbga.jp meetin.org meinvz.net meneame.net
        messages.google.com messages.yahoo.co.jp mixi.jp my.opera.com myanimelist.net
        news.ycombinator.com ngopost.org nicovideo.jp odnoklassniki.ru odnoklassniki.ua okwave.jp
        oneworldgroup.org oshiete.goo.ne.jp paper.li partyflock.nl pinboard.in pixiv.net
        playahead.se plus.google.com plus.url.google.com pocket.co pro.homeadvisor.com
        pulse.yahoo.com qzone.qq.com researchgate.net rtl.de scoop.it sites.google.com slashdot.org
        slideshare.net sociallife.com.br spaces.live.com studivz.net suomi24.fi t.co t.me taringa.net
        unblog.fr ushi.cn vg.no video.ibm.com vkontakte.ru wer-weiss-was.de wiki.answers.com
        wikitravel.org wordpress.org yahoo-mbga.jp yelp.co.uk youroom.in zoo.gr') }}
{% endmacro %}
