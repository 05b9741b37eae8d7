"""Where steps in Python cut a build: what a step reads is built before it, what reads it after.

Data flow: names of what a build is about + manifest -> `Part`s, one dbt call each. A failure in one
costs what lies below it and nothing else, as inside one dbt call: `find_below` says what that is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.pipeline.dbt.node_states import BUILT
from include.transform.fits.registry import FITS

RESOLVE_NODE = "operation.elt.resolve_identities"
FIT_NODE = "operation.elt.fit_models"


@dataclass(frozen=True, slots=True)
class Step:
    """A step in Python between two dbt calls of one build.

    Attributes:
        node: How plans and reports name it.
        file: Where it is written, as a model's file is.
        source: dbt's source that holds its answer.
        reads: Names of the models it reads.
        is_early: Only what it reads is built before it, and all else after; a late step has
            everything before it that does not read its answer.
    """

    node: str
    file: str
    source: str
    reads: tuple[str, ...]
    is_early: bool = False


RESOLVE = Step(
    RESOLVE_NODE,
    "include/pipeline/identity/resolve.py",
    "identity",
    (
        "int_customers__gathered", "int_contact_keys__unioned", "int_links__matched",
        "int_companies__unioned", "int_products__unioned",
    ),
    is_early=True,
)  # fmt: skip
FIT = Step(
    FIT_NODE,
    "include/pipeline/fits/fit.py",
    "fits",
    tuple(sorted({one.model for fit in FITS for one in fit.reads})),
)
# In the order they are run.
STEPS = (RESOLVE, FIT)


@dataclass(frozen=True, slots=True)
class Part:
    """One dbt call of a build.

    Attributes:
        nodes: dbt node ids, sorted.
        step: What is run before it.
    """

    nodes: tuple[str, ...]
    step: Step | None = None


def build_parts(wanted: Iterable[str], manifest: Mapping[str, Any]) -> tuple[Part, ...]:
    """Cut what a build is about, given as node ids: one part where no step has anything to read."""
    rest, step = set(wanted), None
    names = {build_name(one) for one in rest}
    parts = []
    for next_ in STEPS:
        if not names & set(next_.reads):
            continue
        if next_.is_early:
            read = {one for one in rest if build_name(one) in next_.reads}
            before = (read | find_above(manifest, read)) & rest
        else:
            before = rest - find_below(manifest, find_step_sources(manifest, next_))
        parts.append(Part(tuple(sorted(before)), step))
        rest, step = rest - before, next_
    return (*parts, Part(tuple(sorted(rest)), step))


def find_all(manifest: Mapping[str, Any], folders: Sequence[str]) -> dict[str, str]:
    """Everything in these folders (`path:models/...`): id -> file."""
    inside = tuple(f"{one.removeprefix('path:')}/" for one in folders)
    return {
        id_: str(node["original_file_path"])
        for id_, node in manifest["nodes"].items()
        if id_.split(".", 1)[0] in BUILT and str(node["original_file_path"]).startswith(inside)
    }


def find_step_sources(manifest: Mapping[str, Any], step: Step) -> set[str]:
    """Ids of the sources that hold what a step says."""
    sources = manifest["sources"].items()
    return {id_ for id_, source in sources if source.get("source_name") == step.source}


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
