"""Which value of an entity's records stands for it, attribute by attribute."""

import duckdb

from include.identity.settings import IdentitySettings, Kind

ATTRIBUTES = (
    *("name", "first_name", "last_name", "company_name", "email", "phone", "address_line", "city"),
    *("region", "postal_code", "country", "birth_date", "domain"),
)
PRODUCT_ATTRIBUTES = ("title", "sku", "barcode", "vendor", "category", "price", "currency")
_WHEN = "coalesce(r.updated_at, r.created_at, timestamptz '1900-01-01')"
_ORDERS = {
    "most_recent": _WHEN,
    "most_complete": "len(trim(r.{attribute}::varchar)), " + _WHEN,
    "source_order": "-coalesce(list_position(getvariable('sources'), r.source), 1000), " + _WHEN,
}


def build_golden(db: duckdb.DuckDBPyConnection, kind: Kind, settings: IdentitySettings) -> None:
    """Fill `golden`; records that still live come before deleted ones, ties by record id."""
    db.execute("set variable sources = ?::varchar[]", [list(settings.source_order)])
    general = settings.survivorship.get("*", "most_recent")
    for attribute in PRODUCT_ATTRIBUTES if kind == "products" else ATTRIBUTES:
        order = _ORDERS[settings.survivorship.get(attribute, general)].format(attribute=attribute)
        db.execute(
            "insert into golden"
            f" select entity_id, '{attribute}', won.value, won.record_id from ("
            " select e.entity_id, arg_max("
            f" struct_pack(value := r.{attribute}::varchar, record_id := r.record_id),"
            f" row(not coalesce(r.is_deleted, false), {order}, r.record_id)) as won"
            " from records as r inner join resolved as e using (record_id)"
            f" where trim(r.{attribute}::varchar) <> '' group by e.entity_id)"
        )
