-- A person's name in parts, whichever way a source spells it.
create or replace macro is_title(w) as w in (
    'mr', 'mrs', 'ms', 'miss', 'mx', 'dr', 'prof', 'professor', 'sir', 'madam', 'herr', 'frau', 'mme', 'mlle', 'monsieur',
    'madame', 'sr', 'sra', 'srta', 'senor', 'senora', 'don', 'dona', 'rev', 'capt', 'ing', 'dipl', 'mag', 'jr', 'ii', 'iii',
    'iv', 'phd', 'md', 'dds', 'esq', 'cpa', 'mba', 'bsc', 'msc', 'rn'
);
create or replace macro is_particle(w) as w in (
    'de', 'la', 'le', 'van', 'von', 'der', 'den', 'del', 'della', 'di', 'da', 'dos', 'das', 'du', 'des', 'bin', 'ibn', 'al',
    'el', 'ter', 'ten', 'zu', 'zum', 'af', 'av', 'st', 'mac', 'mc', 'o'
);
-- Titles go, unless nothing else is there: a Mr. Don is a Don.
-- A number in a name field is a phone or an order.
-- A hyphen holds a name together: Min-Jun is Minjun.
create or replace macro letters(x) as list_filter(
    string_split_regex(replace(replace(x, '''', ''), '.', ' '), '[^a-z0-9-]+'), lambda w: regexp_full_match(w, '[a-z][a-z-]*')
);
create or replace macro name_words(x) as case
    when len(list_filter(letters(x), lambda w: not is_title(w))) > 0 then list_filter(letters(x), lambda w: not is_title(w))
    else letters(x) end;
-- Forms that are no family name anywhere.
create or replace macro is_legal_form(w) as w in (
    'inc', 'llc', 'ltd', 'gmbh', 'corp', 'corporation', 'incorporated', 'limited', 'company', 'co', 'plc', 'llp', 'lp', 'ag', 'kg',
    'ug', 'ohg', 'bv', 'nv', 'sa', 'srl', 'sarl', 'sas', 'spa', 'oy', 'oyj', 'ab', 'aps', 'as', 'pty', 'pte', 'kft', 'zrt', 'ev'
);
-- 'Smith, John' and 'John Smith' in the order given name, family name.
create or replace macro name_order(x) as case
    when regexp_matches(x, '^[^,]+,\s*[^,]+$') and len(name_words(split_part(x, ',', 2))) > 0
        then trim(split_part(x, ',', 2)) || ' ' || trim(split_part(x, ',', 1))
    else x end;
-- Where the family name begins: the last word, and the particles before it.
create or replace macro family_at(w) as case
    when len(w) < 2 then len(w) + 1
    when len(w) > 3 and is_particle(w[len(w) - 1]) and is_particle(w[len(w) - 2]) then len(w) - 2
    when len(w) > 2 and is_particle(w[len(w) - 1]) then len(w) - 1
    else len(w) end;
