"""Which products are variants of one: sizes of a shirt, and the shirt as the books know it."""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

# Two entities of one family: the source says so, or their SKU or title differs by the size alone.
_EDGES = """
with placed as (
    select f.*, e.entity_id from features as f inner join resolved as e using (record_id)
), wholes as (
    select * from placed where size is null
), variants as (
    select * from placed where size is not null
)
select min(entity_id) over (partition by parent_id), entity_id
from placed where parent_id is not null
union
select p.entity_id, e.entity_id
from placed as p inner join resolved as e on e.record_id = p.parent_id
union
select w.entity_id, v.entity_id
from wholes as w
inner join variants as v
    on w.stem = v.stem and w.bundle is not distinct from v.bundle
    and w.contents is not distinct from v.contents and w.pack is not distinct from v.pack
    and list_has_any(w.bones, v.bones)
union
select w.entity_id, v.entity_id
from wholes as w
inner join variants as v
    on w.bones = v.bones and w.bundle is not distinct from v.bundle
    and w.contents is not distinct from v.contents and w.pack is not distinct from v.pack
"""


def build_families(db: duckdb.DuckDBPyConnection) -> None:
    """Add to `golden` an attribute `family` per product of a family of two or more.

    Its value is the first entity id of the family.
    """
    edges = db.execute(_EDGES).fetchall()
    parents = _join(edges)
    families = {one: _root(parents, one) for one in parents}
    sizes: dict[str, int] = {}
    for family in families.values():
        sizes[family] = sizes.get(family, 0) + 1
    kept = sorted((one, family) for one, family in families.items() if sizes[family] > 1)
    rows = pa.table(
        {
            "entity_id": pa.array([one for one, _ in kept], pa.string()),
            "family": pa.array([family for _, family in kept], pa.string()),
        }
    )
    db.register("incoming", rows)
    db.execute(
        "insert into golden select i.entity_id, 'family', i.family, min(e.record_id)"
        " from incoming as i inner join resolved as e using (entity_id) group by all"
    )
    db.unregister("incoming")


def _join(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    parents: dict[str, str] = {}
    for left, right in edges:
        a, b = (_root(parents, one) for one in (left, right))
        parents[max(a, b)] = min(a, b)
    return parents


def _root(parents: dict[str, str], one: str) -> str:
    parents.setdefault(one, one)
    while parents[one] != one:
        parents[one] = parents[parents[one]]
        one = parents[one]
    return one
