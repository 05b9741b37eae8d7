"""Products: what is compared, and what each agreement is worth.

Weights were set by hand on public catalogues' habits: a source's own SKU often differs from another
source's, so that it says little; a size, a content or a pack that differs is another product.
"""

from math import ceil, log

import duckdb

from include.identity.model import Comparison, Grade, Model

LEAST_PRIOR = 1 / 4**7
_SHARED = "list_intersect(l.bones, r.bones)"
_LEAST = "least(len(l.bones), len(r.bones))"
_BOTH = "array_to_string(l.words, ' ') || '`/`' || array_to_string(r.words, ' ')"
_TITLE = Comparison(
    "title",
    "l.bones is null or r.bones is null",
    (
        Grade(
            "l.words = r.words",
            "'same words `' || array_to_string(l.words, ' ') || '`'",
            0.6,
            0.0005,
            "l.title_bits",
        ),
        Grade("l.bones = r.bones", f"'same words, shortened `' || {_BOTH} || '`'", 0.12, 0.00002),
        Grade(
            f"len({_SHARED}) = {_LEAST} and {_LEAST} >= 3",
            f"'all words of the shorter title `' || {_BOTH} || '`'",
            0.14,
            0.0002,
        ),
        Grade(
            f"{_LEAST} >= 3 and len({_SHARED}) >= {_LEAST} - 1",
            f"'all words but one `' || {_BOTH} || '`'",
            0.08,
            0.006,
        ),
        Grade(
            f"2 * len({_SHARED}) >= {_LEAST}",
            f"'half of the words `' || {_BOTH} || '`'",
            0.04,
            0.04,
        ),
        Grade("true", f"'other words `' || {_BOTH} || '`'", 0.02, 0.95),
    ),
)
_GTIN = Comparison(
    "gtin",
    "l.gtins is null or r.gtins is null",
    (
        Grade(
            "list_has_any(l.gtins, r.gtins)",
            "'same barcode `' || list_intersect(l.gtins, r.gtins)[1] || '`'",
            0.96,
            0.000001,
        ),
        Grade("true", "'other barcode `' || l.gtins[1] || '`/`' || r.gtins[1] || '`'", 0.04, 1.0),
    ),
)
_SKU = Comparison(
    "sku",
    "l.skus is null or r.skus is null",
    (
        Grade(
            "list_has_any(l.skus, r.skus)",
            "'same SKU `' || list_intersect(l.skus, r.skus)[1] || '`'",
            0.7,
            0.00002,
        ),
        Grade("l.stem = r.stem", "'same SKU but for the size `' || l.stem || '`'", 0.05, 0.0002),
        Grade("true", "'other SKU `' || l.skus[1] || '`/`' || r.skus[1] || '`'", 0.25, 0.999),
    ),
)
# Nothing said on both sides is agreement, too: neither is a variant.
_SIZE = Comparison(
    "size",
    "l.size is null and r.size is null",
    (
        Grade("l.size = r.size", "'same size `' || l.size || '`'", 0.9, 0.2),
        Grade(
            "l.size is null or r.size is null",
            "'a variant `' || coalesce(l.size, r.size) || '` and a whole product'",
            0.002,
            0.3,
        ),
        Grade("true", "'other size `' || l.size || '`/`' || r.size || '`'", 0.0005, 0.5),
    ),
)


def _exact(name: str, column: str, words: str, m_other: float) -> Comparison:
    return Comparison(
        name,
        f"l.{column} is null or r.{column} is null",
        (
            Grade(f"l.{column} = r.{column}", f"'same {words} `' || l.{column} || '`'", 0.98, 0.2),
            Grade(
                "true",
                f"'other {words} `' || l.{column} || '`/`' || r.{column} || '`'",
                m_other,
                0.8,
            ),
        ),
    )


# `100 g` beside `6-Pack`: each says what it holds, and not in the same way.
_OTHER_MEASURE = (
    "(l.contents is null) <> (r.contents is null) and (l.pack is null) <> (r.pack is null)"
    " and (l.contents is null) = (r.pack is null)"
)
_MEASURE = Comparison(
    "measure",
    f"not ({_OTHER_MEASURE})",
    (
        Grade(
            "true",
            "'content `' || coalesce(l.contents, r.contents) || '` beside a pack of `'"
            " || coalesce(l.pack, r.pack) || '`'",
            0.01,
            0.5,
        ),
    ),
)
_BUNDLE = Comparison(
    "bundle",
    "l.bundle is not distinct from r.bundle",
    (
        Grade(
            "true",
            "'a `' || coalesce(l.bundle, 'single') || '` and a `'"
            " || coalesce(r.bundle, 'single') || '`'",
            0.002,
            0.5,
        ),
    ),
)
_COLOR = Comparison(
    "color",
    "l.colors is null or r.colors is null",
    (
        Grade("l.colors = r.colors", "", 0.95, 0.12),
        Grade(
            "list_has_any(l.colors, r.colors)",
            "'one colour more `' || array_to_string(l.colors, ' ') || '`/`'"
            " || array_to_string(r.colors, ' ') || '`'",
            0.04,
            0.1,
        ),
        Grade(
            "true",
            "'other colour `' || array_to_string(l.colors, ' ') || '`/`'"
            " || array_to_string(r.colors, ' ') || '`'",
            0.01,
            0.78,
        ),
    ),
)
_PRICE = Comparison(
    "price",
    "l.price is null or r.price is null or l.price <= 0 or r.price <= 0"
    " or l.currency is distinct from r.currency",
    (
        Grade("abs(l.price - r.price) < 0.005", "'same price `' || l.price || '`'", 0.6, 0.02),
        Grade("abs(l.price - r.price) <= 0.2 * greatest(l.price, r.price)", "", 0.3, 0.15),
        Grade("true", "'other price `' || l.price || '`/`' || r.price || '`'", 0.1, 0.83),
    ),
)
# Whatever key they share: these are two things.
_APART = (
    "l.size is distinct from r.size or l.bundle is distinct from r.bundle"
    " or coalesce(l.contents <> r.contents, false) or coalesce(l.pack <> r.pack, false)"
    f" or {_OTHER_MEASURE}"
)
_ALIKE = (
    "g_size in (-1, 0) and g_bundle = -1 and g_measure = -1"
    " and g_content in (-1, 0) and g_pack in (-1, 0)"
)

PRODUCTS = Model(
    comparisons=(
        _TITLE,
        _GTIN,
        _SKU,
        _SIZE,
        _exact("content", "contents", "content", 0.02),
        _exact("pack", "pack", "pack", 0.02),
        _MEASURE,
        _BUNDLE,
        _COLOR,
        _PRICE,
    ),
    prior=LEAST_PRIOR,
    blocks=(
        "array_to_string(bones, ' ')",
        "'r' || rare_words[1] || '/' || rare_words[2]",
        "'s' || rare_words[1] || '/' || rare_words[3]",
        "'t' || rare_words[2] || '/' || rare_words[3]",
        "'stem' || stem",
    ),
    named="words is not null",
    key_rule=(
        f"(g_gtin = 0 or g_sku = 0 and g_gtin <> 1 and g_title in (-1, 0, 1, 2, 3, 4)) and {_ALIKE}"
    ),
    clash=_APART,
    # However much else agrees: the larger pack is neither the smaller one nor worth a question.
    cap=f"case when not ({_ALIKE}) then 0.3 end",
)


def build_product_model(db: duckdb.DuckDBPyConnection) -> Model:
    """Odds by the size of the catalogue: of forty things two are one more often than of 40,000.

    In steps of four, so that a record more changes no score; the step is part of the memory.
    """
    (records,) = db.execute("select count(*) from features").fetchall()[0]
    prior = max(LEAST_PRIOR, 0.25 ** ceil(log(max(records, 16), 4)))
    db.execute("set variable parameters = ?", [f"prior {prior!r}"])
    return PRODUCTS.with_numbers(prior, {})
