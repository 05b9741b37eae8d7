"""People: what is compared, and what each agreement is worth before anything is learned."""

from include.identity.model import Comparison, Grade, Model

# Two spellings of one word: a letter or two wrong, the beginning right.
_CLOSE = (
    "(jaro_winkler_similarity({l}, {r}) >= 0.88 and damerau_levenshtein({l}, {r})"
    " <= case when least(len({l}), len({r})) > 4 then 2 else 1 end)"
)


def close(left: str, right: str) -> str:
    """SQL: one word with a letter or two wrong."""
    return _CLOSE.format(l=left, r=right)


# Family name first. The given name may be an initial, or cut where the field ended.
_BEGINS = (
    "len(list_filter({roots}, lambda x: starts_with(x, {word}) or starts_with({word}, x))) > 0"
)
_SWAPPED = (
    f"((l.last = r.first or {close('l.last', 'r.first')}) and"
    f" ({close('l.first', 'r.last')} or {_BEGINS.format(roots='l.roots', word='r.last')}"
    " or list_has_any(l.roots, r.last_roots))"
    f" or (l.first = r.last or {close('l.first', 'r.last')}) and"
    f" ({close('l.last', 'r.first')} or {_BEGINS.format(roots='r.roots', word='l.last')}"
    " or list_has_any(r.roots, l.last_roots)))"
)
_FIRST = Comparison(
    "first",
    "l.first is null or r.first is null",
    (
        Grade(
            "l.first = r.first",
            "'same first name `' || l.first || '`'",
            0.72,
            0.008,
            "l.first_bits",
        ),
        Grade(
            _SWAPPED,
            "'first and last name swapped `' || l.first || ' ' || l.last || '`'",
            0.03,
            0.008,
            "l.first_bits",
        ),
        Grade(
            "list_has_any(l.roots, r.roots)",
            "'short form of one name `' || l.first || '`/`' || r.first || '`'",
            0.06,
            0.004,
        ),
        Grade(
            close("l.first", "r.first")
            + " or l.first || l.middle = r.first or r.first || r.middle = l.first",
            "'similar first name `' || l.first || '`/`' || r.first || '`'",
            0.09,
            0.006,
        ),
        Grade(
            "left(l.first, 1) = left(r.first, 1) and (len(l.first) = 1 or len(r.first) = 1)"
            " or l.first = r.middle or r.first = l.middle",
            "'initial or middle name `' || l.first || '`/`' || r.first || '`'",
            0.03,
            0.01,
        ),
        Grade("true", "'other first name `' || l.first || '`/`' || r.first || '`'", 0.07, 0.97),
    ),
)
_LAST = Comparison(
    "last",
    "l.last is null or r.last is null",
    (
        Grade("l.last = r.last", "'same last name `' || l.last || '`'", 0.78, 0.004, "l.last_bits"),
        Grade(_SWAPPED, "''", 0.03, 0.004, "coalesce(l.last_bits, 6)"),
        Grade(
            close("l.last", "r.last"),
            "'similar last name `' || l.last || '`/`' || r.last || '`'",
            0.1,
            0.004,
        ),
        Grade(
            "list_has_any(l.family_parts, r.family_parts) or (least(len(l.last), len(r.last)) = 1"
            " and left(l.last, 1) = left(r.last, 1))",
            "'part of the last name `' || l.last || '`/`' || r.last || '`'",
            0.02,
            0.004,
        ),
        Grade("true", "'other last name `' || l.last || '`/`' || r.last || '`'", 0.07, 0.98),
    ),
)
# A provider numbers the mailboxes of one name: another number is somebody else's, no slip.
_DIGITS = "regexp_replace({}.emails[1], '[^0-9]', '', 'g')"
_SAME_DIGITS = f"{_DIGITS.format('l')} = {_DIGITS.format('r')}"
_EMAIL = Comparison(
    "email",
    "l.emails is null or r.emails is null",
    (
        Grade(
            "list_has_any(l.emails, r.emails)",
            "'same email `' || list_intersect(l.emails, r.emails)[1] || '`'",
            0.5,
            0.00002,
        ),
        Grade(
            "split_part(l.emails[1], '@', 1) = split_part(r.emails[1], '@', 1)"
            " and len(split_part(l.emails[1], '@', 1)) > 6"
            f" or damerau_levenshtein(l.emails[1], r.emails[1]) <= 1 and {_SAME_DIGITS}",
            "'same mailbox elsewhere, or a letter off `' || l.emails[1] || '`/`'"
            " || r.emails[1] || '`'",
            0.12,
            0.0001,
        ),
        Grade(
            "jaro_winkler_similarity(split_part(l.emails[1], '@', 1),"
            f" split_part(r.emails[1], '@', 1)) >= 0.9 and {_SAME_DIGITS}",
            "'similar email `' || l.emails[1] || '`/`' || r.emails[1] || '`'",
            0.06,
            0.002,
        ),
        Grade("true", "'other email'", 0.32, 0.9978),
    ),
)
PHONE = Comparison(
    "phone",
    "l.phones is null or r.phones is null",
    (
        Grade(
            "list_has_any(l.phones, r.phones)",
            "'same phone `' || list_intersect(l.phones, r.phones)[1] || '`'",
            0.6,
            0.00005,
        ),
        Grade(
            "damerau_levenshtein(l.phones[1], r.phones[1]) <= 1",
            "'phone one digit off `' || l.phones[1] || '`/`' || r.phones[1] || '`'",
            0.05,
            0.00005,
        ),
        Grade("true", "'other phone'", 0.35, 0.9999),
    ),
)
NUMBER = Comparison(
    "number",
    "l.numbers is null or r.numbers is null",
    (
        Grade(
            "list_has_any(l.numbers, r.numbers)",
            "'same number `' || list_intersect(l.numbers, r.numbers)[1] || '`'",
            0.85,
            0.00001,
        ),
        Grade(
            "damerau_levenshtein(l.numbers[1], r.numbers[1]) <= 1",
            "'number one digit off `' || l.numbers[1] || '`/`' || r.numbers[1] || '`'",
            0.12,
            0.00003,
        ),
        Grade("true", "'other number'", 0.03, 0.9999),
    ),
)
STREET = Comparison(
    "street",
    "l.street is null or r.street is null",
    (
        Grade(
            "l.street = r.street and l.house = r.house",
            "'same address `' || l.house || ' ' || l.street || '`'",
            0.5,
            0.0002,
        ),
        Grade(
            "(l.house = r.house or l.house is null or r.house is null)"
            " and jaro_winkler_similarity(l.street, r.street) >= 0.88",
            "'similar address `' || concat_ws(' ', l.house, l.street) || '`/`'"
            " || concat_ws(' ', r.house, r.street) || '`'",
            0.2,
            0.0004,
        ),
        Grade(
            "jaro_winkler_similarity(l.street, r.street) >= 0.93",
            "'same street `' || l.street || '`'",
            0.1,
            0.003,
        ),
        Grade("true", "'other address'", 0.2, 0.996),
    ),
)
PLACE = Comparison(
    "place",
    "(l.postal is null or r.postal is null) and (l.city is null or r.city is null)",
    (
        Grade("l.postal = r.postal", "'same postal code `' || l.postal || '`'", 0.7, 0.002),
        Grade(
            f"l.city = r.city or {close('l.city', 'r.city')}",
            "'same city `' || l.city || '`'",
            0.1,
            0.01,
        ),
        Grade(
            "damerau_levenshtein(l.postal, r.postal) <= 1",
            "'postal code one digit off `' || l.postal || '`/`' || r.postal || '`'",
            0.06,
            0.006,
        ),
        Grade("true", "'other place'", 0.14, 0.98),
    ),
)
_BIRTH = Comparison(
    "birth",
    "l.birth is null or r.birth is null",
    (
        Grade("l.birth = r.birth", "'same birthday `' || l.birth || '`'", 0.85, 0.00005),
        Grade(
            "damerau_levenshtein(l.birth::varchar, r.birth::varchar) <= 1"
            " or (day(l.birth) = month(r.birth) and month(l.birth) = day(r.birth)"
            " and year(l.birth) = year(r.birth))",
            "'birthday one digit off `' || l.birth || '`/`' || r.birth || '`'",
            0.1,
            0.0015,
        ),
        Grade("true", "'other birthday'", 0.05, 0.9985),
    ),
)
# A till has one field for the name, whoever the customer is.
_NAMED_SO = "(l.company = r.full_name or r.company = l.full_name)"
_COMPANY = Comparison(
    "company",
    f"(l.company is null or r.company is null) and not coalesce({_NAMED_SO}, false)",
    (
        Grade(
            f"l.company = r.company or {_NAMED_SO}",
            "'same company `' || coalesce(l.company, r.company) || '`'",
            0.6,
            0.004,
        ),
        Grade(
            "jaro_winkler_similarity(l.company, r.company) >= 0.92"
            " or starts_with(l.company, r.company) or starts_with(r.company, l.company)",
            "'similar company `' || l.company || '`/`' || r.company || '`'",
            0.1,
            0.002,
        ),
        Grade("true", "'other company'", 0.3, 0.994),
    ),
)
# A first name that may be one person's, and a last name that may be.
_FIRST_FITS = "g_first in (-1, 0, 1, 2, 3, 4)"
_LAST_FITS = "g_last in (-1, 0, 1, 2, 3)"
_NAMED_BOTH = "l.first is not null and r.first is not null"
# Two records of a company name no person; its mailbox was mistyped, or is at its other host.
_ONE_FIRM = (
    "(g_company = 0 and g_email = 1 and l.company = r.company"
    " and coalesce(l.first, l.last, r.first, r.last) is null)"
)

# Both names by their consonants, in either order.
_SOUNDS = "least(first_skeleton, last_skeleton) || '/' || greatest(first_skeleton, last_skeleton)"
PEOPLE = Model(
    comparisons=(_FIRST, _LAST, _EMAIL, PHONE, NUMBER, STREET, PLACE, _BIRTH, _COMPANY),
    prior=0.0001,
    blocks=(
        f"'fl' || {_SOUNDS}",
        f"'flp' || {_SOUNDS} || '/' || postal",
        f"'flc' || {_SOUNDS} || '/' || city",
        "'lp' || left(last, 4) || '/' || postal",
        "'fp' || left(first, 3) || '/' || postal || '/' || left(street, 2)",
        "'hp' || house || '/' || postal",
        "'hs' || house || '/' || left(street, 4) || '/' || left(last, 2)",
        "'hf' || house || '/' || left(street, 4) || '/' || left(first, 2)",
        "'bf' || birth || '/' || left(first, 1)",
        "'bl' || birth || '/' || left(last, 1)",
        "'bp' || birth || '/' || left(postal, 2)",
        "'co' || company || '/' || coalesce(postal, city, '')",
        "'c' || company",
        "'el' || split_part(emails[1], '@', 1)",
        "'pl' || right(phones[1], 7)",
    ),
    named="first is not null or last is not null or company is not null",
    key_rule=(
        "(g_email = 0 or g_number = 0) and ("
        f"(has_trusted and {_FIRST_FITS}) or ({_NAMED_BOTH} and {_FIRST_FITS} and {_LAST_FITS}))"
        f" or g_phone = 0 and {_FIRST_FITS} and {_LAST_FITS} and (has_trusted or {_NAMED_BOTH})"
        f" or {_ONE_FIRM}"
    ),
    # A family has one address, one phone, often one mailbox; a father and his son one name; nobody
    # is who lives where he lives; and of one name there are two in a town.
    cap=(
        "case when g_number in (0, 1) then null"
        " when g_first = 5 and g_birth not in (0, 1) or g_birth = 2 and g_email <> 0"
        " or g_first = -1 and g_last = -1 and g_email <> 0 and g_phone <> 0"
        " and (g_company <> 0 or g_street <> 0) then 0.5"
        # A mailbox or number of several people says nothing of whose the nameless record is.
        " when g_first = -1 and g_last = -1 and g_company <> 0 and not has_trusted"
        " and g_street not in (0, 1) and g_birth not in (0, 1) then 0.85"
        # Two of one rare name in one house, each with a mailbox and a number of his own.
        " when g_email = 3 and g_phone = 2 and g_birth not in (0, 1) then 0.85"
        " when g_email not in (0, 1) and g_phone not in (0, 1) and g_birth not in (0, 1)"
        " and g_street not in (0, 1) and g_company <> 0 then 0.85 end"
    ),
    clash=(
        "l.first is not null and r.first is not null and not ("
        + " or ".join(f"coalesce({g.when}, false)" for g in _FIRST.grades[:-1])
        + ")"
    ),
)
