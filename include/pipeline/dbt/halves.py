"""Where identity resolution cuts a build in two: what it reads is built before, the rest after.

Data flow: names of what a build is about + manifest -> `Halves`. A failure in the first half costs
what lies below it and nothing else, as inside one dbt call: `Halves.without` leaves that out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from include.pipeline.dbt.node_states import BUILT

# How plans and reports name the step between the halves.
RESOLVE_NODE = "operation.elt.resolve_identities"
RESOLVE_FILE = "include/pipeline/identity/resolve.py"
SOURCE = "identity"
READ_BY_IDENTITY = (
    "int_customers__gathered", "int_contact_keys__unioned", "int_links__matched",
    "int_companies__unioned", "int_products__unioned",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Halves:
    """dbt node ids of the two halves, sorted.

    Attributes:
        before: Empty: nothing that identity reads is built, so nobody is resolved.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]

    def without(self, failed: Iterable[str], manifest: Mapping[str, Any]) -> "Halves":
        """The same, less what lies below these nodes in the second half."""
        lost = find_below(manifest, failed)
        return replace(self, after=tuple(one for one in self.after if one not in lost))


def build_halves(wanted: Iterable[str], manifest: Mapping[str, Any]) -> Halves:
    """Cut what a build is about, given as node ids."""
    ids = set(wanted)
    read = {one for one in ids if build_name(one) in READ_BY_IDENTITY}
    before = (read | find_above(manifest, read)) & ids
    return Halves(tuple(sorted(before)), tuple(sorted(ids - before)))


def find_all(manifest: Mapping[str, Any], folders: Sequence[str]) -> dict[str, str]:
    """Everything in these folders (`path:models/...`): id -> file."""
    inside = tuple(f"{one.removeprefix('path:')}/" for one in folders)
    return {
        id_: str(node["original_file_path"])
        for id_, node in manifest["nodes"].items()
        if id_.split(".", 1)[0] in BUILT and str(node["original_file_path"]).startswith(inside)
    }


def find_identity_sources(manifest: Mapping[str, Any]) -> set[str]:
    """Ids of the sources that hold what identity resolution says."""
    sources = manifest["sources"].items()
    return {id_ for id_, source in sources if source.get("source_name") == SOURCE}


def find_above(manifest: Mapping[str, Any], nodes: Iterable[str]) -> set[str]:
    """Everything these nodes are made of."""
    parents: dict[str, list[str]] = {}
    for parent, children in manifest["child_map"].items():
        for child in children:
            parents.setdefault(child, []).append(parent)
    return _walk(parents, nodes)


def find_below(manifest: Mapping[str, Any], nodes: Iterable[str]) -> set[str]:
    """Everything that is made of these nodes."""
    return _walk(manifest["child_map"], nodes)


def build_name(unique_id: str) -> str:
    """`model.elt.fct_orders` -> `fct_orders`, as dbt selects it."""
    return unique_id.split(".", 2)[2]


def _walk(edges: Mapping[str, Sequence[str]], start: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    queue = [next_ for one in start for next_ in edges.get(one, ())]
    while queue:
        node = queue.pop()
        if node not in seen:
            seen.add(node)
            queue.extend(edges.get(node, ()))
    return seen
