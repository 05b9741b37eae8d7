"""Products are one by barcode, SKU and title; what only looks alike stays apart."""

import random
from typing import Any

import duckdb
import pytest

from include.identity.products.barcodes import check_digit, read_gtin
from include.identity.products.skus import read_sku, read_stem
from include.identity.products.titles import Title, read_title
from include.identity.resolve import run_resolve
from include.identity.settings import IdentitySettings

COLUMNS = "record_id, source, sku, barcode, title, variant_title, vendor, price, parent_id"


def resolve(*records: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Resolve products that are given by what matters of them."""
    db = duckdb.connect()
    db.execute(
        "create table records (record_id varchar, source varchar, sku varchar, barcode varchar,"
        " title varchar, variant_title varchar, vendor varchar, price double, parent_id varchar)"
    )
    names = COLUMNS.split(", ")
    for record in records:
        values = [record.get(name) for name in names]
        values[1] = values[1] or str(record["record_id"]).split(":")[0]
        db.execute(f"insert into records values ({', '.join('?' * len(names))})", values)
    run_resolve(db, "products", IdentitySettings())
    return db


def groups(db: duckdb.DuckDBPyConnection) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for record, entity in db.execute("select record_id, entity_id from resolved").fetchall():
        found.setdefault(entity, set()).add(record)
    return {frozenset(one) for one in found.values()}


@pytest.mark.parametrize(
    "text",
    [
        "036000291452", "0036000291452", "00036000291452", "0 36000 29145 2", "0-36000-29145-2",
        "36000291452", "36000291452.0", " 036000291452 ",
    ],
)  # fmt: skip
def test_one_barcode_in_all_the_ways_it_is_written(text: str) -> None:
    """UPC-A, EAN-13 and GTIN-14 pad one another; a spreadsheet drops zeros and adds a decimal."""
    assert read_gtin(text) == "00036000291452"


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "036000291453",
        "3.60003E+10",
        "000000000000",
        "111111111111",
        "12345",
        "A36000291452",
    ],
)
def test_what_is_no_barcode(text: str | None) -> None:
    """A wrong check digit, digits lost to scientific notation, placeholders, too few digits."""
    assert read_gtin(text) is None


def test_check_digits_of_each_length() -> None:
    """Examples of GS1: GTIN-8, -12, -13 and -14."""
    for code in ("96385074", "614141007349", "4006381333931", "10614141007346"):
        assert check_digit(code[:-1]) == code[-1]
        assert read_gtin(code) == code.zfill(14)


@pytest.mark.parametrize(
    ("title", "variant", "found"),
    [
        ("Rain Shell - Navy / M", "Navy / M", ("m", ("navy",), None, None, None)),
        ("Rain Shell Navy M", None, ("m", ("navy",), None, None, None)),
        ("Trail Boot 41", None, ("41", (), None, None, None)),
        ("House Roast 1 kg", None, (None, (), "1000g", None, None)),
        ("House Roast", "1000g", (None, (), "1000g", None, None)),
        ("Water 6 x 330ml", None, (None, (), "330ml", 6, None)),
        ("Oat Bar 12-Pack", None, (None, (), None, 12, None)),
        ("Candle, pack of 3", None, (None, (), None, 3, None)),
        ("Headlamp Bundle", None, (None, (), None, None, "bundle")),
        ("Tent - Default Title", "Default Title", (None, (), None, None, None)),
        ("", None, (None, (), None, None, None)),
        (None, None, (None, (), None, None, None)),
        ("帐篷 🏕 Größe L", None, ("l", (), None, None, None)),
    ],
)
def test_a_title_is_taken_apart(
    title: str | None, variant: str | None, found: tuple[object, ...]
) -> None:
    parts = read_title(title, variant)
    assert (parts.size, parts.colors, parts.content, parts.pack, parts.bundle) == found


def test_the_only_variant_called_regular_has_no_size() -> None:
    """Tills name the only variant of a thing `Regular`; beside `Long` it is a size."""
    assert read_title("Espresso - Regular", "Regular", is_lone=True).size is None
    assert read_title("Down Bag - Regular", "Regular").size == "regular"


def test_ounces_and_grams_of_one_pack_are_one_content() -> None:
    assert read_title("Roast 12 oz").content == read_title("Roast 340 g").content


def test_skus_without_case_and_signs() -> None:
    assert read_sku("APP-0001 m") == read_sku("app0001-M") == "app0001m"
    assert read_sku("n/a") is None
    assert read_stem("app0001m", "m") == "app0001"
    assert isinstance(read_title("x"), Title)


def test_a_barcode_joins_whatever_the_titles_say() -> None:
    """Also where it stands in the field of the SKU and has lost its zero."""
    made = resolve(
        {"record_id": "a:a:1", "title": "Gas Stove", "barcode": "036000291452"},
        {"record_id": "b:b:1", "title": "Kocher Modell 3", "sku": "36000291452"},
        {"record_id": "b:b:2", "title": "Kocher Modell 4", "sku": "4006381333931"},
    )
    assert groups(made) == {frozenset({"a:a:1", "b:b:1"}), frozenset({"b:b:2"})}


def test_a_placeholder_sku_of_many_things_joins_none() -> None:
    words = ("Tent", "Boot", "Knife", "Candle", "Lantern", "Mug", "Rope")
    made = resolve(
        *({"record_id": f"a:a:{n}", "title": word, "sku": "TEMP-1"} for n, word in enumerate(words))
    )
    assert len(groups(made)) == len(words)
    assert made.execute("select value, treatment from shared_keys").fetchall() == [
        ("temp1", "ignored")
    ]


def test_variants_stay_apart_and_form_a_family_with_their_parent() -> None:
    """The books know the shirt, the shop its sizes: three products, one family."""
    shop = [
        {
            "record_id": f"shop:shop:{size}", "title": f"Merino Tee Olive - {size}",
            "variant_title": size, "sku": f"TEE-1-{size}", "parent_id": "shop:shop:tee",
        }
        for size in ("S", "M")
    ]  # fmt: skip
    made = resolve(
        *shop,
        {"record_id": "till:till:m", "title": "Merino Tee Olive M", "sku": "tee1m"},
        {"record_id": "books:books:1", "title": "Tee Merino, olive", "sku": "TEE-1"},
    )
    assert groups(made) == {
        frozenset({"shop:shop:S"}),
        frozenset({"shop:shop:M", "till:till:m"}),
        frozenset({"books:books:1"}),
    }
    families = made.execute(
        "select count(*), count(distinct value) from golden where attribute = 'family'"
    ).fetchone()
    assert families == (3, 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Headlamp Moss Pro", "Headlamp Moss Pro Bundle"),
        ("House Roast Dark 250 g", "House Roast Dark 1 kg"),
        ("Oat Bar Honey 6-Pack", "Oat Bar Honey 12-Pack"),
        ("Oat Bar Honey 100 g", "Oat Bar Honey 6-Pack"),
        ("Rain Shell Navy M", "Rain Shell Navy L"),
    ],
)
def test_what_looks_alike_is_kept_apart_even_under_one_sku(left: str, right: str) -> None:
    """Shops reuse a SKU for the bundle and for the larger pack."""
    made = resolve(
        {"record_id": "a:a:1", "title": left, "sku": "X-100", "price": 9.0},
        {"record_id": "b:b:1", "title": right, "sku": "X-100", "price": 9.0},
    )
    assert len(groups(made)) == 2


def test_records_of_nulls_are_products_of_their_own() -> None:
    made = resolve(*({"record_id": f"a:a:{n}"} for n in range(30)))
    assert len(groups(made)) == 30


def test_the_order_of_records_changes_nothing() -> None:
    records = [
        {
            "record_id": f"{source}:{source}:{n}",
            "title": f"Lantern Model {n} Black",
            "sku": f"L-{n}",
        }
        for source in ("a", "b", "c")
        for n in range(40)
    ]
    first = dict(resolve(*records).execute("select record_id, entity_id from resolved").fetchall())
    random.Random(5).shuffle(records)
    again = dict(resolve(*records).execute("select record_id, entity_id from resolved").fetchall())
    assert first == again
    assert len(set(first.values())) == 40
