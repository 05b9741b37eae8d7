"""Runs in dbt's own environment: builds that come in as lines, one after the other, in one process.

A line is JSON: `globals` and `options` of the command line, `build` its own words, `results` the
file for run_results.json. The project is parsed once for all builds with the same options; with
`shared`, a parse made for another tenant is read and given this one's names. dbt says what it does
on standard output; `{"elt_ended": <exit code>}` is ours. Its threads keep their connections from
node to node, and the names a build selects are looked up.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

from dbt.adapters.postgres.connections import PostgresConnectionManager
from dbt.adapters.postgres.impl import PostgresAdapter
from dbt.cli.main import dbtRunner
from dbt.graph.selector_methods import MethodManager, MethodName, QualifiedNameSelectorMethod
from dbt_common.events.functions import env_scrubber, msg_to_json

# dbt words every event for each of its logs and then looks whether the log wants it: twenty events
# a node, two of which we tell. DBT_LOG_LEVEL_FILE=debug has its own log back.
QUIET = ("--log-level", "none", "--log-level-file", os.environ.get("DBT_LOG_LEVEL_FILE", "none"))
UNTOLD = ("debug", "test")
# Idle for longer, a firewall or a proxy may have forgotten it.
KEPT_S = 20.0
SPEAKING = Lock()


class KeptConnections(PostgresConnectionManager):
    """A thread's connection outlives the node that opened it.

    dbt closes it after each node: 900 logins in a build, each a server process that reads the
    catalog anew. What a node leaves open is rolled back, as closing would.
    """

    def release(self) -> None:
        """The node is done with it."""
        connection = self.get_if_exists()
        if connection is None or connection.state != "open":
            return
        handle = connection.handle
        try:
            if not handle.closed:
                handle.rollback()
            is_lost = bool(handle.closed)
        except handle.Error:  # the server or the network ended it: the next node logs in again
            is_lost = True
        if is_lost:
            self.close(connection)
            return
        connection.transaction_open = False
        connection.kept_at = time.monotonic()

    def set_connection_name(self, name: str | None = None) -> Any:
        """The next node takes it."""
        connection = self.get_if_exists()
        if connection is not None and connection.state == "open":
            since = getattr(connection, "kept_at", None)
            if since is not None and time.monotonic() - since > KEPT_S:
                self.close(connection)
            connection.kept_at = None
        return super().set_connection_name(name)

    @classmethod
    def open(cls, connection: Any) -> Any:
        """A new one, as the role it is to act as."""
        opened = super().open(connection)
        # `set role` of the login: what is rolled back must not take it along.
        opened.handle.commit()
        return opened


class IndexedNames(QualifiedNameSelectorMethod):
    """Finds the nodes of a bare name by looking it up.

    dbt compares each name with every node, three times a build: of three hundred names and three
    thousand nodes that was half of a build's CPU time. What has a dot or a wildcard is its own.
    """

    known: tuple[Any, dict[str, list[Any]]] = (None, {})

    def search(self, included_nodes: Any, selector: str) -> Iterator[Any]:
        """Ids of the nodes that match."""
        if set(selector) & set(".*?[]"):
            yield from super().search(included_nodes, selector)
            return
        if IndexedNames.known[0] is not self.manifest:
            IndexedNames.known = (self.manifest, self._build_index())
        found = IndexedNames.known[1].get(selector, ())
        yield from (one for one in found if one in included_nodes)

    def _build_index(self) -> dict[str, list[Any]]:
        """What a node answers to: its own name, and the package and folder it begins with."""
        everything = _Everything()
        index: dict[str, list[Any]] = {}
        for unique_id, node in self.non_source_nodes(everything):
            fqn = node.fqn
            names = {fqn[0].split(".")[0], *(one.split(".")[0] for one in fqn[1:2])}
            if node.is_versioned:
                names |= {fqn[-2], "_".join(fqn[-2:]), "_".join(fqn[1:][-2:])}
            else:
                names.add(fqn[-1])
            for name in names:
                index.setdefault(name, []).append(unique_id)
        return index


class _Everything:
    """A set that has whatever it is asked for."""

    def __contains__(self, _: object) -> bool:
        return True


def main() -> None:
    """Until there are no more lines."""
    PostgresAdapter.ConnectionManager = KeptConnections
    MethodManager.SELECTOR_METHODS[MethodName.FQN] = IndexedNames
    manifests: dict[str, Any] = {}
    for line in sys.stdin:
        code = run_one(json.loads(line), manifests)
        say(json.dumps({"elt_ended": code}))


def run_one(asked: dict[str, Any], manifests: dict[str, Any]) -> int:
    """dbt's exit code of one build; `manifests` keeps what was parsed."""
    before, options = asked["globals"], asked["options"]
    key = json.dumps([before, options])
    if key not in manifests:
        parsed = run_parse(asked)
        if not parsed.success:
            return build_code(parsed)
        manifests[key] = parsed.result
    # manifest.json is written by the parse; dbt would write it again, half a second each time.
    words = [*before, *QUIET, "--no-write-json", *asked["build"], *options]
    done = dbtRunner(manifest=manifests[key], callbacks=[tell]).invoke(words)
    if hasattr(done.result, "write"):
        done.result.write(asked["results"])
    return build_code(done)


def run_parse(asked: dict[str, Any]) -> Any:
    """dbt's answer to `parse`, its manifest in the names of the tenant that is built."""
    shared = asked.get("shared")
    if shared is None:
        words = [*asked["globals"], *QUIET, "parse", *asked["options"]]
        return dbtRunner(callbacks=[tell]).invoke(words)
    parsed = parse_shared(asked)
    if parsed.success:
        at = asked["options"].index("--target-path") + 1
        names = (shared["tenant"], asked["tenant"], asked["layers"])
        give_names(parsed.result, *names, os.environ["ELT_DBT_DBNAME"])
        parsed.result.write(str(Path(asked["options"][at]) / "manifest.json"))
    return parsed


def parse_shared(asked: dict[str, Any]) -> Any:
    """What the kept parse says, and anew what of the project has changed since."""
    shared = asked["shared"]
    words = [*QUIET, "--no-write-json", "parse", "--partial-parse-file-path", shared["file"]]
    with environment(shared["environment"]):
        return dbtRunner(callbacks=[tell]).invoke([*asked["globals"], *words, *shared["options"]])


def give_names(manifest: Any, old: str, new: str, layers: Mapping[str, str], database: str) -> None:
    """Put a tenant's schemas, `<tenant>_<layer>`, in the place of another's.

    Args:
        layers: Where a layer is made in another's place, as `generate_schema_name` says.
    """
    for node in chain(manifest.nodes.values(), manifest.sources.values()):
        was = f'"{node.database}"."{node.schema}".'
        if node.schema.startswith(f"{old}_"):
            layer = node.schema.removeprefix(f"{old}_")
            node.schema = f"{new}_{layers.get(layer, layer)}"
        node.database = database
        if node.relation_name:
            node.relation_name = node.relation_name.replace(was, f'"{database}"."{node.schema}".')
    manifest.build_flat_graph()


@contextmanager
def environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """The process's variables, and then those of before."""
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def build_code(done: Any) -> int:
    """As the command line would answer: 1 for nodes that failed, 2 for what dbt could not do."""
    if done.exception is not None:
        say(str(done.exception))
        return 2
    return 0 if done.success else 1


def tell(event: Any) -> None:
    """An event of dbt, as `--log-format json` has it; of its own workings none."""
    if event.info.level not in UNTOLD:
        say(env_scrubber(msg_to_json(event)))


def say(line: str) -> None:
    """One line, at once and whole: somebody waits for it, and dbt's threads speak together."""
    with SPEAKING:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
