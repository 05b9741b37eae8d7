-- Postal addresses as words: types of street in one spelling, units set aside.
create or replace macro street_words(x) as list_transform(
    words(regexp_replace(
        regexp_replace(replace(x, 'straße', 'str'), '([a-z]{3,})(strasse|str\.?)(\s|$)', '\1 str '),
        '(^|[\s,])(apartment|apt|unit|suite|ste|floor|fl|flat|room|rm|lot|#)[\s.#:]*[a-z]?-?[0-9]+[a-z]?($|[\s,])', ' ', 'g'
    )),
    lambda w: case w
        when 'street' then 'st' when 'avenue' then 'ave' when 'av' then 'ave' when 'road' then 'rd'
        when 'boulevard' then 'blvd' when 'drive' then 'dr' when 'lane' then 'ln' when 'court' then 'ct'
        when 'place' then 'pl' when 'square' then 'sq' when 'terrace' then 'ter' when 'tce' then 'ter'
        when 'parkway' then 'pkwy' when 'highway' then 'hwy' when 'circle' then 'cir' when 'crescent' then 'cres'
        when 'crt' then 'ct' when 'close' then 'cl' when 'north' then 'n' when 'south' then 's'
        when 'east' then 'e' when 'west' then 'w' when 'strasse' then 'str' when 'saint' then 'st'
        when 'fort' then 'ft' when 'mount' then 'mt' when 'first' then '1st' when 'second' then '2nd'
        when 'third' then '3rd' when 'rue' then 'r' when 'calle' then 'c' when 'via' then 'v'
        else w end
);
create or replace macro house_number(x) as list_filter(x, lambda w: regexp_full_match(w, '[0-9]+[a-z]?'))[1];
create or replace macro street_name(x) as array_to_string(
    list_filter(x, lambda w: not regexp_full_match(w, '[0-9]+[a-z]?')), ' '
);
