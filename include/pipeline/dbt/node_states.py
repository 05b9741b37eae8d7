"""How the nodes of a running build end, one after the other.

A model has ended well when it is built and all of its own tests have passed; dbt runs these right
behind it. Data flow: dbt's structured events -> NodeStates.take -> `ended`, which only grows; at
the end run_results.json settles what no event told.
"""

from collections.abc import Mapping
from typing import Any

BUILT = ("model", "snapshot", "seed")
FAILED_STATES = frozenset({"error", "fail", "runtime error"})
GOOD_STATES = frozenset({"success", "no-op"})
TEST_FAILED = "test failed"


class NodeStates:
    """Collects ends of nodes.

    Attributes:
        ended: Model, snapshot or seed id -> dbt's word for how it ended, `test failed` if a test of
            it did.
    """

    def __init__(self, attached: Mapping[str, str]) -> None:
        """Start with what is known before dbt starts.

        Args:
            attached: Test id -> id of the model it tests, of all tests there are.
        """
        self.ended: dict[str, str] = {}
        self._attached = dict(attached)
        self._open: dict[str, set[str]] = {}
        for test, model in attached.items():
            self._open.setdefault(model, set()).add(test)
        self._built: dict[str, str] = {}

    def take(self, event: Mapping[str, Any]) -> bool:
        """Note one event of dbt; True when a node has ended by it."""
        info = (event.get("data") or {}).get("node_info") or {}
        unique_id, state = str(info.get("unique_id") or ""), str(info.get("node_status") or "")
        if not info.get("node_finished_at") or not unique_id:
            return False
        if unique_id in self._attached:
            return self._take_test(unique_id, self._attached[unique_id], state)
        if unique_id.split(".", 1)[0] not in BUILT or unique_id in self.ended:
            return False
        self._built[unique_id] = state
        return self._settle(unique_id)

    def settle_all(self, states: Mapping[str, str]) -> None:
        """The build is over: what run_results.json says counts."""
        self.ended.update(states)

    def _take_test(self, test: str, model: str, state: str) -> bool:
        if model in self.ended:
            return False
        if state in FAILED_STATES:
            self._built[model] = TEST_FAILED
            self._open[model] = set()
        else:
            self._open[model].discard(test)
        return self._settle(model)

    def _settle(self, model: str) -> bool:
        state = self._built.get(model)
        if state is None or (state in GOOD_STATES and self._open.get(model)):
            return False
        self.ended[model] = state
        return True


def build_attached(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Test id -> id of the model it tests: the one it is declared at, else its last parent."""
    found = {}
    for unique_id, node in manifest.get("nodes", {}).items():
        if node.get("resource_type") == "test":
            parents = node.get("depends_on", {}).get("nodes") or [None]
            model = node.get("attached_node") or parents[-1]
            if model:
                found[unique_id] = str(model)
    return found
