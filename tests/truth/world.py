"""The engine over a world's records, straight from memory: seconds a world, no warehouse."""

from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb

from include.identity.resolve import run_resolve
from include.identity.settings import IdentitySettings, Kind
from include.sandbox.exports import coresignal
from include.sandbox.serve.session import Session
from include.sandbox.truth.orders import build_identities
from include.sandbox.truth.people import build_people, build_testers
from include.sandbox.truth.products import build_items
from include.sandbox.world import WorldSpec
from tests.identity_world import load_companies, load_people, load_products
from tests.truth.agreement import Agreement, EvidenceTable, JudgedPair, measure_agreement

TENANTS = ("acme", "bazaar", "corner", "summit")
PAIRS = "select left_id, right_id, decided_by, evidence, score from pairs"
Loader = Callable[[duckdb.DuckDBPyConnection, Session, str], None]
LOADERS: dict[Kind, Loader] = {
    "people": load_people,
    "companies": load_companies,
    "products": load_products,
}


@dataclass
class WorldResult:
    """Kind -> tenant -> agreement; of all tenants together the evidence and the pairs.

    Attributes:
        pairs: With whether the two are truly one; pairs with a record of nobody are left out.
    """

    agreements: dict[Kind, dict[str, Agreement]] = field(default_factory=dict)
    evidence: dict[Kind, EvidenceTable] = field(default_factory=dict)
    pairs: dict[Kind, list[tuple[JudgedPair, bool]]] = field(default_factory=dict)

    def total(self, kind: Kind) -> Agreement:
        return sum(self.agreements[kind].values(), Agreement())


def measure_world(spec: WorldSpec, kinds: tuple[Kind, ...]) -> WorldResult:
    """Resolve every tenant of one world and compare with the truth."""
    session, result = Session(spec), WorldResult()
    _, ids = coresignal.build_files(spec.seed, session.world.companies, spec.as_of)
    identities = build_identities(session, ids)
    people, items = build_people(identities), build_items(session)
    testers = frozenset(build_testers(identities))
    for kind in kinds:
        truth, moot = (items, frozenset[str]()) if kind == "products" else (people, testers)
        result.agreements[kind], result.evidence[kind] = {}, EvidenceTable()
        for tenant in TENANTS:
            with duckdb.connect() as db:
                LOADERS[kind](db, session, tenant)
                run_resolve(db, kind, IdentitySettings())
                answer = dict(db.execute("select record_id, entity_id from resolved").fetchall())
                judged = [JudgedPair(*row) for row in db.execute(PAIRS).fetchall()]
            known = truth.get(tenant, {})
            result.agreements[kind][tenant] = measure_agreement(answer, known, moot)
            plain = {record: one for record, one in known.items() if one not in moot}
            result.evidence[kind].add(judged, answer, plain)
            result.pairs.setdefault(kind, []).extend(
                (pair, plain[pair.left] == plain[pair.right])
                for pair in judged
                if pair.left in plain and pair.right in plain
            )
    return result
