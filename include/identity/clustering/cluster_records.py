"""From pairs to one cluster number a record; contradictions inside a cluster cut it again."""

import duckdb
import pyarrow as pa

from include.core.errors import ConfigError
from include.identity.clustering.clusters import LINK, MUST, Clusters, build_partners
from include.identity.clustering.contradictions import build_contradiction
from include.identity.features import run_sql
from include.identity.model import Model
from include.identity.settings import IdentitySettings


def build_clusters(db: duckdb.DuckDBPyConnection, model: Model, settings: IdentitySettings) -> None:
    """Leave `clusters(record_id, cluster)`, `refused(left_id, right_id, why)` and `voices`.

    Raises:
        ConfigError: people's must_links chain two records that a person's cannot_link parts.
    """
    db.execute("set variable accept = ?", [settings.accept])
    run_sql(db, "edges")
    edges = db.execute("select lnode, rnode, rank from edges").fetchall()
    weights = [row[0] for row in db.execute(_WEIGHTS).fetchall()]
    apart = db.execute(_APART).fetchall()
    _check_overrides(db, edges, apart)
    # What contradicts itself is looked for where only machines have joined: two that a person or a
    # vendor has called one bring along everybody who belongs to either.
    machines = [edge for edge in edges if edge[2] > LINK]
    alone = Clusters(weights.copy(), settings.max_cluster, build_partners(apart))
    alone.join(machines)
    _store(db, alone)
    foes = db.execute(_FOES.format(clash=model.clash)).fetchall()
    if foes or len(machines) < len(edges):
        partners = build_partners(foes)
        found = Clusters(weights, settings.max_cluster, build_partners(apart), partners)
        found.join(edges)
        _store(db, found)


_WEIGHTS = """
select case when n.record_id = p.rep or s.lpid is null then 1 else 0 end
from nodes as n
inner join profiles as p using (pid)
left join profile_pairs as s
    on s.lpid = n.pid and s.rpid = n.pid and s.score >= getvariable('accept')
order by n.node
"""
_APART = """
select l.node, r.node
from told
inner join nodes as l on l.record_id = left_id
inner join nodes as r on r.record_id = right_id
where verdict = 'cannot_link'
"""
# Two of one cluster that contradict each other, with nothing between them that outweighs it.
_FOES = """
with members as (
    select distinct c.cluster, n.node, p.*
    from clusters as c
    inner join nodes as n using (record_id)
    inner join profiles as p on p.pid = n.pid and p.rep = n.record_id
    where c.cluster in (select cluster from clusters group by cluster having count(*) > 1)
)
select l.node, r.node
from members as l
inner join members as r on l.cluster = r.cluster and l.node < r.node
left join voices as v
    on v.left_id = least(l.rep, r.rep) and v.right_id = greatest(l.rep, r.rep)
where coalesce(v.v.score, 0) < getvariable('accept') and ({clash})
"""


def _store(db: duckdb.DuckDBPyConnection, found: Clusters) -> None:
    roots = pa.array([found.root(node) for node in range(len(found.parents))], pa.int32())
    table = pa.table({"node": pa.array(range(len(roots)), pa.int32()), "cluster": roots})
    db.register("incoming", table)
    db.execute(
        "create or replace temp table clusters as"
        " select n.record_id, i.cluster from incoming as i inner join nodes as n using (node)"
    )
    db.unregister("incoming")
    pairs = sorted(found.refused)
    refused = pa.table(
        {
            "lnode": pa.array([left for left, _ in pairs], pa.int32()),
            "rnode": pa.array([right for _, right in pairs], pa.int32()),
            "why": pa.array([found.refused[pair] for pair in pairs], pa.string()),
        }
    )
    db.register("incoming", refused)
    db.execute("create or replace temp table refused as select * from incoming")
    db.unregister("incoming")


def _check_overrides(
    db: duckdb.DuckDBPyConnection,
    edges: list[tuple[int, int, int]],
    apart: list[tuple[int, int]],
) -> None:
    musts = [edge for edge in edges if edge[2] == MUST]
    size = max((max(edge[:2]) for edge in musts), default=-1)
    size = max([size, *(max(pair) for pair in apart)]) + 1
    chains = Clusters([1] * size, size)
    chains.join(musts)
    for left, right in apart:
        if chains.root(left) == chains.root(right):
            raise ConfigError(build_contradiction(db, musts, left, right))
