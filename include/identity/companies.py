"""Companies: the domain first, then name and place."""

from include.identity.model import Comparison, Grade, Model
from include.identity.people import NUMBER, PHONE, PLACE, STREET

_TITLE = Comparison(
    "title",
    "l.title is null or r.title is null",
    (
        Grade("l.title = r.title", "'same name `' || l.title || '`'", 0.7, 0.0005, "l.title_bits"),
        Grade(
            "l.title_words = r.title_words"
            " or replace(l.title, ' ', '') = replace(r.title, ' ', '')",
            "'same words in the name `' || l.title || '`/`' || r.title || '`'",
            0.05,
            0.00005,
        ),
        Grade(
            "jaro_winkler_similarity(l.title, r.title) >= 0.93"
            " or damerau_levenshtein(l.title, r.title) <= len(l.title) // 8",
            "'similar name `' || l.title || '`/`' || r.title || '`'",
            0.12,
            0.0005,
        ),
        Grade(
            "list_has_all(l.title_words, r.title_words)"
            " or list_has_all(r.title_words, l.title_words)"
            " or starts_with(l.title, left(r.title, greatest(6, len(r.title) * 2 // 3)))"
            " or starts_with(r.title, left(l.title, greatest(6, len(l.title) * 2 // 3)))",
            "'part of the name `' || l.title || '`/`' || r.title || '`'",
            0.08,
            0.003,
        ),
        Grade(
            "list_has_any(l.title_words, r.title_words)",
            "'a word of the name in common `' || l.title || '`/`' || r.title || '`'",
            0.03,
            0.01,
        ),
        Grade("true", "'other name `' || l.title || '`/`' || r.title || '`'", 0.05, 0.995),
    ),
)
_DOMAIN = Comparison(
    "domain",
    "l.domains is null or r.domains is null",
    (
        Grade(
            "list_has_any(l.domains, r.domains)",
            "'same domain `' || list_intersect(l.domains, r.domains)[1] || '`'",
            0.8,
            0.00002,
        ),
        Grade(
            "split_part(l.domains[1], '.', 1) = split_part(r.domains[1], '.', 1)",
            "'same domain under another ending `' || l.domains[1] || '`/`' || r.domains[1] || '`'",
            0.06,
            0.0001,
        ),
        Grade(
            "true", "'other domain `' || l.domains[1] || '`/`' || r.domains[1] || '`'", 0.14, 0.9998
        ),
    ),
)
# Names that share nothing at all are two tenants of one building or one platform.
_NAMES_FIT = "g_title in (-1, 0, 1, 2, 3)"

COMPANIES = Model(
    comparisons=(_TITLE, _DOMAIN, PHONE, NUMBER, STREET, PLACE),
    prior=0.0001,
    blocks=(
        "'t' || replace(title, ' ', '')",
        "'w' || array_to_string(title_words, ' ')",
        "'rp' || rare_word || '/' || postal",
        "'rc' || rare_word || '/' || city",
        "'r' || rare_word",
        "'t5' || left(replace(title, ' ', ''), 5) || '/' || coalesce(postal, city)",
        "'hs' || house || '/' || left(street, 4) || '/' || coalesce(postal, city)",
        "'d' || split_part(domains[1], '.', 1)",
    ),
    named="title is not null",
    key_rule=f"(g_domain = 0 or g_number = 0) and has_trusted or g_domain = 0 and {_NAMES_FIT}"
    " or g_phone = 0 and g_title in (0, 1, 2)",
    # Two businesses of one building share its address, and its switchboard.
    cap="case when g_title in (4, 5) and g_domain <> 0 and g_number not in (0, 1) then 0.5 end",
    clash=(
        "l.domains is not null and r.domains is not null and not list_has_any(l.domains, r.domains)"
        " and l.title is not null and r.title is not null and l.title <> r.title"
        " and jaro_winkler_similarity(l.title, r.title) < 0.75"
    ),
)
