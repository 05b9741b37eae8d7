"""Run by test_parsing.py in a fresh process: parse the DAG files of argv and say what came of it.

Prints one line of JSON: the modules parsing added and, per DAG, its serialized form.
"""

import json
import logging
import sys
from pathlib import Path

from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization

from tests.dags.conftest import load_module

before = set(sys.modules)
found = {}
for name in sys.argv[1:]:
    for value in vars(load_module(Path(name))).values():
        if isinstance(value, DAG):
            found[value.dag_id] = value
added = sorted(set(sys.modules) - before)
logging.disable(logging.CRITICAL)
# Airflow writes a DAG's fields in the order of a set of its own and sorts them before it hashes.
serialized = {
    dag_id: json.dumps(DagSerialization.to_dict(dag), sort_keys=True)
    for dag_id, dag in found.items()
}
sys.stdout.write("\n" + json.dumps({"modules": added, "dags": serialized}) + "\n")
