"""From product records as sources write them to what is compared: `features`, `all_keys`."""

import re
from collections import Counter
from math import isfinite

import duckdb
import pyarrow as pa

from include.identity.products.barcodes import read_gtin
from include.identity.products.skus import read_sku, read_stem
from include.identity.products.titles import fold, read_title
from include.identity.settings import IdentitySettings

_RECORD = {
    "sku": "varchar", "barcode": "varchar", "title": "varchar", "variant_title": "varchar",
    "vendor": "varchar", "category": "varchar", "price": "double", "currency": "varchar",
    "parent_id": "varchar",
}  # fmt: skip
_ASKED = "record_id, sku, barcode, title, variant_title, vendor, price, currency, parent_id"
_VOWELS = re.compile(r"(?<=[a-z])[aeiouy]")
_DOUBLES = re.compile(r"(.)\1+")
_CHUNK = 50_000
_LISTS = pa.list_(pa.string())
_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("words", _LISTS),
        ("bones", _LISTS),
        ("colors", _LISTS),
        ("size", pa.string()),
        ("contents", pa.string()),
        ("pack", pa.int64()),
        ("bundle", pa.string()),
        ("brand", pa.string()),
        ("price", pa.float64()),
        ("currency", pa.string()),
        ("parent_id", pa.string()),
        ("stem", pa.string()),
        ("initials", pa.string()),
    ]
)
_KEYS = pa.schema([("record_id", pa.string()), ("kind", pa.string()), ("value", pa.string())])
Cell = tuple[str | None, ...]


def prepare_product_columns(db: duckdb.DuckDBPyConnection) -> None:
    """Columns of products that a caller's sources do not have: they are null."""
    for name, kind in _RECORD.items():
        db.execute(f"alter table records add column if not exists {name} {kind}")


def build_product_features(db: duckdb.DuckDBPyConnection, settings: IdentitySettings) -> None:
    """Leave `features` (one row a record) and `all_keys` (record_id, kind gtin|sku, value)."""
    prepare_product_columns(db)
    children = Counter(
        dict(
            db.execute(
                "select parent_id, count(*) from records where parent_id is not null group by 1"
            ).fetchall()
        )
    )
    _store(db, "features", _SCHEMA.empty_table(), is_first=True)
    _store(db, "all_keys", _KEYS.empty_table(), is_first=True)
    asked = db.cursor()
    asked.execute(f"select {_ASKED} from records order by record_id")
    while rows := asked.fetchmany(_CHUNK):
        features, keys = [], []
        for row in rows:
            feature, found = _read_record(row, children[row[-1]] == 1)
            features.append(feature)
            keys += [{"record_id": row[0], "kind": kind, "value": value} for kind, value in found]
        _store(db, "features", pa.Table.from_pylist(features, _SCHEMA))
        _store(db, "all_keys", pa.Table.from_pylist(keys, _KEYS))
    db.execute(
        "insert into all_keys select record_id, lower(trim(key_kind)), value from record_keys"
        " where value is not null and record_id in (select record_id from records)"
    )


def _store(
    db: duckdb.DuckDBPyConnection, name: str, rows: pa.Table, *, is_first: bool = False
) -> None:
    db.register("incoming", rows)
    start = "create or replace temp table {} as" if is_first else "insert into {}"
    db.execute(f"{start.format(name)} select * from incoming")
    db.unregister("incoming")


def _read_record(
    row: tuple[object, ...], is_lone: bool
) -> tuple[dict[str, object], list[tuple[str, str]]]:
    record_id, sku, barcode, title, variant, vendor, price, currency, parent_id = row
    texts = [None if one is None else str(one) for one in (sku, barcode, title, variant, vendor)]
    parts = read_title(texts[2], texts[3], texts[4], is_lone=is_lone)
    code = read_sku(texts[0])
    gtins = {found for found in (read_gtin(texts[1]), read_gtin(texts[0])) if found}
    if read_gtin(texts[0]):
        # Many shops keep the barcode where the SKU belongs.
        code = None
    keys = [("gtin", one) for one in sorted(gtins)] + ([("sku", code)] if code else [])
    feature = {
        "record_id": record_id,
        "words": list(parts.words) or None,
        "bones": sorted({bone(word) for word in parts.words}) or None,
        "colors": list(parts.colors) or None,
        "size": parts.size,
        "contents": parts.content,
        "pack": parts.pack,
        "bundle": parts.bundle,
        "brand": fold(texts[4]).strip() or None,
        "price": read_price(price),
        "currency": currency,
        "parent_id": parent_id,
        "stem": read_stem(code, parts.size),
        "initials": "".join(sorted(word[0] for word in parts.words)) or None,
    }
    return feature, keys


def read_price(value: object) -> float | None:
    """A number from a database or a file; None where it is none."""
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if isfinite(found) else None


def bone(word: str) -> str:
    """What an abbreviation keeps: `classic` and `clsc`, `black` and `blk` are one."""
    bare = word.replace("ck", "k").replace("ss", "s")
    return _DOUBLES.sub(r"\1", _VOWELS.sub("", bare)) or word
