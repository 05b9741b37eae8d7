"""What the dbt tests share: raw tables as the loader lays them out, and one dbt call.

Raw tables are made of connector.yaml, so a column that staging reads and the connector does not
declare fails here.
"""

import atexit
import fcntl
import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql
from psycopg.types.json import Jsonb

from include.config.connector_spec import Column, Connector, Stream
from include.config.load import load_connectors, load_platform
from include.config.settings import ROOT, Settings, child_environment, load_settings
from include.core import naming
from include.destinations.postgres.identity.tables import run_ensure_identity
from include.destinations.postgres.published_rates import run_ensure_rates
from include.pipeline.dbt.environment import build_dbt_environment
from include.pipeline.dbt.manifest import load_manifest, run_build_manifest
from include.pipeline.dbt.session import PROGRAM, build_request, find_python
from include.pipeline.dbt.steps import build_name, find_above, find_all
from include.pipeline.fits.fit import run_ensure_all_fits
from include.transform.selection import build_exclusion
from include.transform.variables import build_manifest_vars
from tests.shipped import load_demo_platform

SQL_TYPES = {"int": "int4", "numeric": "numeric", "bool": "boolean", "timestamp": "timestamptz"} | {
    "json": "jsonb", "float": "float8", "bytes": "bytea",
}  # fmt: skip
LOADED_AT = datetime(2026, 3, 1, tzinfo=UTC)
PROJECT = ROOT / "dbt"
# Every tenant's, whatever its connectors.
SHARED = ("path:models/intermediate", "path:models/marts", "path:snapshots")
# What money is read from; tests of vendors' amounts build these and what they are made of.
MONEY_MARTS = (
    "fct_orders", "fct_money_ledger", "fct_payments", "fct_revenue_daily", "fct_sales",
    "dim_products",
)  # fmt: skip


@cache
def connectors() -> dict[str, Connector]:
    """Every connector on disk."""
    return load_connectors(load_settings().connectors_dir)[0]


def build_data_type(written: str) -> str:
    """A contract's type as dbt reads it in PostgreSQL; some name a kind of dbt_project.yml."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    types = project["vars"]["types"]["postgres"]
    match = re.search(r"\.(\w+) \}\}$", written)
    return str(types[match[1]]) if match else written


@cache
def own_streams() -> dict[str, dict[str, Stream]]:
    """Connector -> streams that feeds of the demo tenants declare themselves."""
    found: dict[str, dict[str, Stream]] = {}
    for feed in load_platform().feeds:
        name = feed.connector.connector
        if connectors()[name].streams_from_feed:
            found[name] = {**found.get(name, {}), **feed.streams}
    return found


def run_create_raw(connection: psycopg.Connection[Any], tenant: str, names: Sequence[str]) -> None:
    """Empty raw tables, children included, of the named connectors."""
    for name in names:
        schema = naming.raw_schema(tenant, name)
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        streams = {**connectors()[name].streams, **own_streams().get(name, {})}
        for stream_name, stream in streams.items():
            key = stream.primary_key
            _create(connection, schema, stream_name, stream.columns, key, parent=True)
            for child_name, child in stream.children.items():
                parents = {naming.parent_key_column(k): stream.columns[k] for k in key}
                columns = {**child.columns, **parents, naming.POSITION: Column(type="int")}
                table = naming.child_table(stream_name, child_name)
                child_key = (*parents, naming.POSITION)
                _create(connection, schema, table, columns, child_key, parent=False)
    run_ensure_identity(connection, tenant, None)
    run_ensure_all_fits(connection, tenant, None)
    run_ensure_rates(connection, None)


def _create(
    connection: psycopg.Connection[Any],
    schema: str,
    table: str,
    columns: Mapping[str, Column],
    key: Sequence[str],
    *,
    parent: bool,
) -> None:
    parts = [
        sql.SQL("{} {}").format(
            sql.Identifier(name), sql.SQL(SQL_TYPES.get(column.type, column.type))
        )
        for name, column in columns.items()
    ]
    lineage = "_extra jsonb, _feed text, _load_id bigint, _loaded_at timestamptz"
    parts.append(sql.SQL(lineage + ", _deleted_at timestamptz, _children_hash text" * parent))
    names = sql.SQL(", ").join(map(sql.Identifier, (naming.FEED, *key)))
    parts.append(sql.SQL("primary key ({})").format(names))
    statement = sql.SQL("create table {} ({})").format(
        sql.Identifier(schema, table), sql.SQL(", ").join(parts)
    )
    connection.execute(statement)


def run_insert(
    connection: psycopg.Connection[Any],
    tenant: str,
    connector: str,
    table: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    feed: str | None = None,
    load_id: int = 1,
) -> None:
    """Rows with lineage filled in; dicts and lists become jsonb."""
    for row in rows:
        full = {
            **row,
            naming.FEED: feed or connector,
            naming.LOAD_ID: load_id,
            naming.LOADED_AT: LOADED_AT,
        }
        statement = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(naming.raw_schema(tenant, connector), table),
            sql.SQL(", ").join(map(sql.Identifier, full)),
            sql.SQL(", ").join(sql.Placeholder() * len(full)),
        )
        values = [Jsonb(v) if isinstance(v, (dict, list)) else v for v in full.values()]
        connection.execute(statement, values)


def run_dbt(
    url: str,
    target: Path,
    command: str,
    *arguments: str,
    variables: Mapping[str, Any],
    keep_manifest: bool = False,
) -> dict[str, dict[str, Any]]:
    """One dbt call without the tenant's role, in a dbt that is warm; results by unique id.

    Args:
        keep_manifest: Leave this call's manifest.json in `target`: a second for who reads it.
    """
    # All that the manifest is told, too: else the parse of the manifest would not do.
    told = {**build_manifest_vars({}), **variables}
    asked = build_request(
        parsed_settings(),
        [command, *arguments, *build_options(target, told)],
        target / "run_results.json",
    )
    target.mkdir(exist_ok=True)
    log = target / "dbt.txt"
    more = {"globals": ["--no-use-colors"], "environment": _environment(url), "log": str(log)}
    more["keep_manifest"] = keep_manifest
    process = _warm_dbt()
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(asked | more) + "\n")
    process.stdin.flush()
    code = process.stdout.readline().strip()
    assert code == "0", f"dbt {command} failed ({code}):\n{log.read_text()[-6000:]}"
    return _load_results(target)


def run_cold_dbt(
    url: str, target: Path, command: str, *arguments: str, variables: Mapping[str, Any],
    project: Path = PROJECT,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """The same by a command of its own, which reads the project with these very variables."""
    done = subprocess.run(
        [
            load_settings().dbt_executable, "--no-use-colors", command, *arguments,
            "--project-dir", project, "--profiles-dir", project, *build_options(target, variables),
        ],
        env=child_environment(**_environment(url)),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, (
        f"dbt {command} failed:\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
    )
    return {} if command == "parse" else _load_results(target)


def build_options(target: Path, variables: Mapping[str, Any]) -> list[str]:
    folders = ("--target-path", str(target), "--log-path", str(target / "logs"))
    return ["--vars", json.dumps(variables), *folders]


def _environment(url: str) -> dict[str, str]:
    return build_dbt_environment(url, "none", tenant_roles=False, threads=2)


def _load_results(target: Path) -> dict[str, dict[str, Any]]:
    results = target / "run_results.json"
    found = json.loads(results.read_text())["results"] if results.exists() else []
    return {result["unique_id"]: result for result in found}


@cache
def parsed_settings() -> Settings:
    """Settings with a manifest of the project and its connectors, made once for all workers."""
    folder = ROOT / ".local" / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    settings = replace(
        load_settings(), state_dir=folder, dbt_manifest=folder / "dbt" / "manifest.json"
    )
    with (folder / "dbt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run_build_manifest(load_demo_platform(), settings)
    return settings


@cache
def _warm_dbt() -> subprocess.Popen[str]:
    """Ends with us: there are no more lines."""
    python = find_python(load_settings())
    assert python
    process = subprocess.Popen(
        [python, "-P", Path(__file__).with_name("warm_dbt.py"), PROGRAM],
        env=child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    return process


def run_build(
    url: str,
    target: Path,
    own: Sequence[str],
    variables: Mapping[str, Any],
    marts: Sequence[str] = MONEY_MARTS,
    *,
    keep_manifest: bool = False,
) -> None:
    """One build of some marts and all they are made of, with the models of these connectors.

    Without `marts`, all that a tenant with these connectors has; `keep_manifest` as in `run_dbt`.
    """
    staging = [f"path:models/staging/{name}" for name in own]
    select = [*staging, *(find_made_of(marts, SHARED) if marts else SHARED)]
    # Tests that also read a mart which is not built are none of this build.
    arguments = ("--select", *select, "--exclude", *build_exclusion())
    arguments += ("--indirect-selection", "cautious")
    run_dbt(url, target, "build", *arguments, variables=variables, keep_manifest=keep_manifest)


def find_made_of(marts: Iterable[str], folders: Sequence[str]) -> list[str]:
    """Names of these models and of all that they are made of in these folders.

    `+fct_orders` would have every connector's staging: the shared parse has all of them above it.
    """
    manifest = load_manifest(parsed_settings().dbt_manifest)
    wanted = {f"model.elt.{mart}" for mart in marts}
    found = (wanted | find_above(manifest, wanted)) & find_all(manifest, folders).keys()
    return sorted(map(build_name, found))


def fetch(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
