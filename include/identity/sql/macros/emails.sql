-- An address as its provider delivers it: case, tags, dots and aliases of the provider do not count.
create or replace macro email_text(x) as regexp_extract(
    lower(trim(replace(x, ' ', ''))), '([^\s<>"'',;:()\[\]]+@[^\s<>"'',;:()\[\]@]+\.[^\s<>"'',;:()\[\]@.]+)', 1
);
create or replace macro email_domain(x) as case split_part(x, '@', 2)
    when 'googlemail.com' then 'gmail.com'
    when 'me.com' then 'icloud.com' when 'mac.com' then 'icloud.com'
    when 'protonmail.com' then 'proton.me' when 'protonmail.ch' then 'proton.me' when 'pm.me' then 'proton.me'
    when 'ya.ru' then 'yandex.ru' when 'yandex.com' then 'yandex.ru'
    when 'hey.com' then 'hey.com'
    else split_part(x, '@', 2) end;
-- Yahoo's tag is a hyphen; of Google only the dots are air.
create or replace macro email_local(x) as case
    when email_domain(x) = 'gmail.com' then replace(split_part(split_part(x, '@', 1), '+', 1), '.', '')
    when email_domain(x) like 'yahoo.%' then split_part(split_part(split_part(x, '@', 1), '+', 1), '-', 1)
    when starts_with(x, '+') then split_part(x, '@', 1)
    else split_part(split_part(x, '@', 1), '+', 1) end;
-- Nobody's: what a clerk types when the form insists.
create or replace macro is_email_placeholder(x) as regexp_full_match(
    split_part(x, '@', 1),
    'no|none|na|n\.a|nomail|no-?e?mail|no\.e?mail|noemail.*|not?given|noreply|no-reply|no_reply|donotreply|do-not-reply'
    || '|unknown|null|xxx*|asdf|aaa*|abc|a|x|fake|refused|declined|email|example|user|name|your-?name|anonymous|test|mailer-daemon'
) and (regexp_full_match(split_part(x, '@', 1), 'no-?e?mail|no\.e?mail|noemail.*|not?given|no-?_?reply|do-?not-?reply|mailer-daemon')
    or regexp_matches(split_part(x, '@', 2), '^(none|no|na|nomail|noemail|test|example|domain|email|mail|fake|asdf|xxx*|abc|aaa*|a|x|null|unknown|nowhere|company|shop|store|customer|gmail|yahoo|hotmail)\.'));
create or replace macro email_of(x) as case
    when email_text(x) = '' or email_text(x) is null or is_email_placeholder(email_text(x)) then null
    else email_local(email_text(x)) || '@' || email_domain(email_text(x)) end;
