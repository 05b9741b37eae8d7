"""What every test folder shares: the demo's tenants, a throw-away PostgreSQL, a fresh database."""

import base64
import gc
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
import pytest

from include.config.settings import DEMO_TENANTS
from include.local import postgres

# The tests' tenants are the demo's, whatever the user has: set before any module is collected, as
# many make their cases of the tenant files. Nor do they see the user's warehouse or connections.
os.environ["ELT_TENANTS_DIR"] = str(DEMO_TENANTS)
os.environ["ELT_REGISTRY_DIR"] = str(Path(tempfile.gettempdir()) / "elt-test-no-registry")
for _name in [*os.environ]:
    if _name in ("WAREHOUSE_URL", "ELT_DBT_MANIFEST") or _name.startswith("AIRFLOW_CONN_"):
        del os.environ[_name]

FOLDER_PREFIX = "elt-test-postgres-"


# The longest files, longest first: with `--dist loadfile --no-loadscope-reorder` no worker
# begins one of them when the others have nothing left to do.
LONGEST = (
    "test_truth", "test_connectors_load", "test_dbt_unit",
    "test_dbt_build", "test_vendor_books", "test_vendor_variants",
    "test_dbt_first_run", "test_concept_maps", "test_bi_views", "test_vendor_money",
    "test_files_stand_alone", "test_two_stores", "test_scaffold", "test_backfill",
    "test_connectors", "test_connector_refusals", "test_connector_changes", "test_worlds",
    "test_files_cases", "test_tools_environment", "test_own_tenants", "test_transform_graph",
    "test_days", "test_dbt_portability", "test_overrides", "test_companies", "test_people",
    "test_bad_input", "test_phones", "test_lineage", "test_dbt_models",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the order inside a file stays."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_collection() -> None:
    """Thousands of collected tests are no garbage: looking through them again costs a tenth."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.enable()
    gc.collect()
    gc.freeze()


def _remove_leftovers() -> None:
    """Stop servers whose pytest was killed: their folder carries the pid of its owner."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        owner = int(re.sub(r"\D.*", "", folder.name.removeprefix(FOLDER_PREFIX)) or 0)
        if not psutil.pid_exists(owner):
            server = postgres.PostgresServer(folder, 0, "")
            postgres.run_remove(server)


# Servers and files of tests are on this machine; tests of the walls take this back.
os.environ["ELT_ALLOWED_HOSTS"] = "127.0.0.0/8,::1,localhost"
os.environ["ELT_FILES_SHARED"] = f"{tempfile.gettempdir()}{os.pathsep}/tmp"
os.environ["ELT_ALLOWED_PROGRAMS"] = "*"
# Where the machine cannot wall programs in, those of other tests are run all the same.
os.environ["ELT_PROGRAMS_UNWALLED"] = "true"


@pytest.fixture(scope="session", autouse=True)
def fernet_key() -> Iterator[str]:
    """Airflow's key, as every worker has it: OAuth tokens are stored encrypted with it."""
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__FERNET_KEY", key)
        yield key


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Superuser URL of database `postgres` on a fresh server that lives as long as the session."""
    _remove_leftovers()
    # Not tmp_path: pytest makes it 0700 and the server may run as another user.
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
    port = postgres.find_free_port()
    server = postgres.PostgresServer(folder, port, postgres.build_password())
    try:
        postgres.run_initdb(server, postgres.THROWAWAY_SETTINGS)
        postgres.run_start(server)
        yield server.url("postgres")
    finally:
        postgres.run_remove(server)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def warehouse_role(postgres_url: str) -> str:
    """URL prefix of the role every test warehouse belongs to: no superuser, as in production.

    Tests as superuser once passed while dbt snapshots failed for want of a privilege.
    """
    password = postgres.build_password()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create role warehouse login createrole password '{password}'")
    place = postgres_url.split("@")[1].rsplit("/", 1)[0]
    return f"postgresql://warehouse:{password}@{place}"


@contextmanager
def new_warehouse(postgres_url: str, role: str) -> Iterator[str]:
    """URL of an empty database, as its owner; dropped at the end."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create database {name} owner warehouse")
        connection.execute(f"revoke connect on database {name} from public")
    yield f"{role}/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def warehouse(postgres_url: str, warehouse_role: str) -> Iterator[str]:
    """URL of an empty database that lives as long as the test module, as its owner."""
    with new_warehouse(postgres_url, warehouse_role) as url:
        yield url
