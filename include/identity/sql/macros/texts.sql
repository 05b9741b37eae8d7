-- How any text is read before it is compared. Macros, so that features stay one statement.
create or replace macro fold(x) as lower(strip_accents(
    replace(replace(replace(replace(replace(replace(replace(replace(
        lower(trim(x)), 'ß', 'ss'), 'ø', 'o'), 'æ', 'ae'), 'œ', 'oe'), 'ł', 'l'), 'đ', 'd'), 'ı', 'i'), '’', '''')
));

-- Words people type into a field they had nothing for.
create or replace macro is_placeholder(x) as x is null or regexp_full_match(
    x, '[^a-z0-9]*(n[./]?a|none|null|nil|no|nan|unknown|unbekannt|inconnu|desconocido|test|tester|testing'
    || '|tbd|xxx*|asdf|anonymous|guest|customer|no name|no name given|unknown caller|wireless caller|not provided'
    || '|first ?name|last ?name|n a|undefined|default)?[^a-z0-9]*'
);
create or replace macro plain(x) as case when not is_placeholder(x) then x end;

create or replace macro words(x) as list_filter(
    string_split_regex(replace(replace(x, '''', ''), '.', ''), '[^a-z0-9]+'), lambda w: w <> ''
);

-- Consonants in their order: survives most typing and hearing mistakes.
create or replace macro skeleton(x) as left(x, 1) || regexp_replace(regexp_replace(
    replace(replace(replace(replace(replace(substr(x, 2), 'ph', 'f'), 'ck', 'k'), 'c', 'k'), 'z', 's'), 'dt', 't'),
    '[aeiouyhw]', '', 'g'
), '(.)(?:b{2,}|d{2,})', '\1', 'g');

-- An extension says which desk, not whose number; 00 is how half of the world writes +.
create or replace macro phone_text(x) as regexp_replace(trim(regexp_replace(
    lower(x), '(;ext=|\s*(ext|extension|x|durchwahl|poste)[.:\s]*)[0-9]{1,6}\s*$', ''
)), '^00', '+');
