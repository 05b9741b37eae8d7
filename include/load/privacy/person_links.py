"""How a row says whose it is: a customer's own key, and the columns elsewhere that hold it."""

from collections.abc import Iterable

# What sources call a person; a company's or a product's row is nobody's.
_PERSONS = (
    "customer contact person lead subscriber member client guest patient party buyer donor "
    "student user profile prospect"
)
PERSON_NOUNS = frozenset(_PERSONS.split())
# Columns that point at a record of any kind; only long ids are unique enough to follow.
ANY_RECORD = frozenset(["record", "target_record", "parent_record", "linked_record", "entity"])
UNIQUE_ENOUGH = 12
PREFIXES = ("dim_", "snap_", "fct_", "int_", "stg_")
OWN_KEYS = ("id", "name", "key", "uid", "gid")


def build_noun(table: str) -> str:
    """What one row of a table is: `dim_customers` and `tap_customers` hold customers."""
    name = table
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    name = name.rsplit("__", 1)[-1].rsplit("_", 1)[-1]
    if name == "people":
        return "person"
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def column_noun(column: str) -> str:
    """`customer_id`, `customer_key`, `_parent_customer_id` and `customer` speak of a customer."""
    name = column.removeprefix("_parent_")
    for ending in ("_id", "_key", "_gid", "_ref", "_uid"):
        name = name.removesuffix(ending)
    return name


def links_to(column: str, noun: str, own_key: str, value: str) -> bool:
    """True when a column of another table may hold this person's key.

    Args:
        noun: What the person's own table calls a row.
        own_key: Name of the key there; a name of its own (`customer_name`) links by itself.
    """
    if column == own_key and own_key not in OWN_KEYS:
        return True
    found = column_noun(column)
    return found == noun or (found in ANY_RECORD and len(value) >= UNIQUE_ENOUGH)


def build_row_texts(feed: str, noun: str, own_key: str, value: str) -> Iterable[str]:
    """What is written on the erasure list for a person's key in a feed; see `read_row_texts`."""
    yield f"{feed}\x00{noun}\x00{value}"
    if own_key not in OWN_KEYS:
        yield f"{feed}\x00{own_key}\x00{value}"
    if len(value) >= UNIQUE_ENOUGH:
        yield f"{feed}\x00*\x00{value}"


def read_row_texts(feed: str, column: str, value: str) -> Iterable[str]:
    """The texts under which a column's value would be on the list."""
    noun = column_noun(column)
    yield f"{feed}\x00{noun}\x00{value}"
    yield f"{feed}\x00{column}\x00{value}"
    if noun in ANY_RECORD and len(value) >= UNIQUE_ENOUGH:
        yield f"{feed}\x00*\x00{value}"
