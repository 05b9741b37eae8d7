"""The names a build selects are looked up: dbt's own comparison must find the same nodes."""

import json
import subprocess

import pytest

from include.config.settings import dbt_environment, load_settings
from include.pipeline.dbt.session import PROGRAM, find_python

# Runs in dbt's environment: a manifest of nodes with these names, asked both ways.
COMPARE = """
import importlib.util, json, sys
from types import SimpleNamespace as Node
spec = importlib.util.spec_from_file_location("session_program", sys.argv[1])
program = importlib.util.module_from_spec(spec)
spec.loader.exec_module(program)
nodes = {f"n{i}": Node(fqn=fqn, is_versioned=fqn[-1][:1] == "v" and fqn[-1][1:].isdigit())
    for i, fqn in enumerate(json.loads(sys.argv[2]))}
empty = {name: {} for name in (
    "exposures", "metrics", "unit_tests", "semantic_models", "saved_queries", "functions")}
manifest = Node(nodes=nodes, **empty)
included = set(nodes) - {"n1"}
told = {}
for name in json.loads(sys.argv[3]):
    ways = (program.IndexedNames, program.QualifiedNameSelectorMethod)
    told[name] = [sorted(way(manifest, None, []).search(included, name)) for way in ways]
print(json.dumps(told))
"""
NODES = [
    ["elt", "marts", "core", "fct_orders"],
    ["elt", "marts", "core", "fct_orders"],  # not of the graph
    ["elt", "staging", "stripe", "stg_stripe__charges"],
    ["elt", "marts", "core", "not_null_fct_orders_order_id"],
    ["elt", "snapshots", "snap_products", "snap_products"],
    ["elt", "model.with.dots"],
    ["elt", "fct_orders", "fct_deals"],  # a folder that is called like a model
    ["elt", "marts", "versioned", "v2"],
    ["other", "marts", "fct_orders"],
]
NAMES = [
    "fct_orders", "fct_deals", "stg_stripe__charges", "snap_products", "elt", "other", "marts",
    "core", "staging", "stripe", "model", "model.with.dots", "versioned", "v2", "versioned_v2",
    "nothing",
    "versioned.v2", "fct_*", "elt.marts", "marts.core.fct_orders", "FCT_ORDERS", "",
]  # fmt: skip


def test_a_name_that_is_looked_up_is_what_dbt_compares() -> None:
    """Selecting 300 models by name was half of a build's CPU: each was compared with all nodes."""
    python = find_python(load_settings())
    if python is None:
        pytest.fail("dbt's environment has no Python: `make setup`")
    words = [str(python), "-P", "-c", COMPARE, str(PROGRAM), json.dumps(NODES), json.dumps(NAMES)]
    done = subprocess.run(
        words, capture_output=True, text=True, env=dbt_environment({}), check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told.keys() == set(NAMES)
    differ = {name: ways for name, ways in told.items() if ways[0] != ways[1]}
    assert not differ
    assert told["fct_orders"][0] == ["n0", "n6", "n8"]
    assert told["nothing"][0] == []
