"""A DAG file for each tenant: laid out from names, parsed apart, parsed again when it must be."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.utils.file import list_py_file_paths

from include.local.airflow_env import BUNDLES
from include.orchestration.dag_files import bundle as bundles
from include.orchestration.dag_files import layout
from include.orchestration.dag_files.bundle import TenantDagBundle
from include.orchestration.dag_files.layout import build_loader, name_loader, run_lay_out
from tests.dags.conftest import DAG_FILES, ROOT, TENANT, dags_of
from tests.dags.test_dag_set import OPS
from tests.dags.test_hostile_files import SHOP

BROKEN = "tenant: bad\nfeeds: {a: {nonsense: 1}}\n"
ODD_NAMES = ("My Shop.yaml", "shop.yml", "SHOP.yaml", "é.yaml", "a'\"\\b.yaml", "x.yml.yaml")


def _bundle() -> TenantDagBundle:
    found = TenantDagBundle(name="tenants")
    found.initialize()
    found.refresh()
    return found


def _files(bundle: TenantDagBundle) -> dict[str, Path]:
    """What the DAG processor finds, by name: safe mode on, as in production."""
    return {Path(path).name: Path(path) for path in list_py_file_paths(bundle.path, True)}


def _dags(bundle: TenantDagBundle, path: Path) -> dict[str, object]:
    bag = BundleDagBag(dag_folder=path, bundle_path=bundle.path, bundle_name=bundle.name)
    assert not bag.import_errors
    return dict(bag.dags)


def test_the_loaders_hold_what_the_files_of_dags_hold(write_platform, tmp_path: Path) -> None:
    write_platform(shop=TENANT, other=TENANT.replace("tenant: shop", "tenant: other"), bad=BROKEN)
    for name in ODD_NAMES:
        (tmp_path / "tenants" / name).write_text("x")
    stock = {id_ for path in DAG_FILES for id_ in dags_of(path)} - OPS
    bundle = _bundle()
    by_file = {name: set(_dags(bundle, path)) for name, path in _files(bundle).items()}
    assert by_file["shop.py"] == SHOP
    assert by_file["bad.py"] == {"broken__bad"}
    assert len(by_file) == 3 + len(ODD_NAMES)
    assert sum(map(len, by_file.values())) == len(stock)  # no DAG in two files
    assert set().union(*by_file.values()) == stock


def test_where_tenants_have_files_of_their_own_those_of_dags_are_silent(
    write_platform, monkeypatch
) -> None:
    """Both at once would be each DAG twice, in two bundles that take it from each other."""
    write_platform(shop=TENANT, bad=BROKEN)
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", json.dumps(BUNDLES))
    assert {id_ for path in DAG_FILES for id_ in dags_of(path)} == OPS


@pytest.mark.parametrize("wanted", ["ingest__shop__till", "transform__shop", "broken__bad"])
def test_a_task_reads_its_own_tenant_and_no_other(
    wanted: str, write_platform, monkeypatch, tmp_path: Path
) -> None:
    """Every task of a fleet read every tenant's file: 8 s with a thousand of them."""
    write_platform(shop=TENANT, bad=BROKEN)
    owner = "bad" if "bad" in wanted else "shop"
    bundle = _bundle()
    os.mkfifo(tmp_path / "tenants" / "zoo.yaml")  # opened, it would be told of as a broken one
    import include.config.load as load

    read: list[str] = []
    real = load.load_yaml
    monkeypatch.setattr(load, "load_yaml", lambda path: (read.append(path.name), real(path))[1])
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", wanted)
    assert set(_dags(bundle, bundle.path / "tenants" / f"{owner}.py")) == {wanted}
    assert {id_ for path in DAG_FILES for id_ in dags_of(path)} == {wanted}
    assert {name for name in read if name != "connector.yaml"} == {f"{owner}.yaml"}


def test_only_a_changed_tenant_is_parsed_again(write_platform, tmp_path: Path) -> None:
    """Also one put back with its old date (`cp -p`, `rsync -t`), which is older than the parse."""
    write_platform(shop=TENANT, other=TENANT.replace("tenant: shop", "tenant: other"))
    tenants = tmp_path / "tenants"
    bundle = _bundle()
    shop, other = bundle.path / "tenants" / "shop.py", bundle.path / "tenants" / "other.py"
    for path in (shop, other):
        os.utime(path, (1, 1))
    bundle.refresh()
    assert (shop.stat().st_mtime, other.stat().st_mtime) == (1, 1)
    began = time.time() - 1
    (tmp_path / "copy").write_text(TENANT + "# x\n")
    os.utime(tmp_path / "copy", (5, 5))
    (tmp_path / "copy").replace(tenants / "shop.yaml")
    bundle.refresh()
    assert shop.stat().st_mtime > began
    assert other.stat().st_mtime == 1
    os.utime(shop, (1, 1))
    bundle.refresh()
    assert shop.stat().st_mtime == 1


def test_tenants_in_a_config_map_are_files_and_change_as_such(
    write_platform, tmp_path: Path
) -> None:
    """Kubernetes lays a ConfigMap out as links into a hidden folder, and changes all of them by
    turning one link over: names, and the folder's own time, stay as they were."""
    write_platform()
    folder = tmp_path / "tenants"
    for path in folder.iterdir():
        path.unlink()
    for number in (1, 2):
        hidden = folder / f"..2026_{number}"
        hidden.mkdir()
        for name in ("aa", "shop"):
            text = TENANT.replace("tenant: shop", f"tenant: {name}")
            (hidden / f"{name}.yaml").write_text(text)
    (folder / "..data").symlink_to("..2026_1")
    for name in ("aa", "shop"):
        (folder / f"{name}.yaml").symlink_to(f"..data/{name}.yaml")
    bundle = _bundle()
    files = _files(bundle)
    assert set(files) == {"aa.py", "shop.py"}
    assert set(_dags(bundle, files["shop.py"])) >= SHOP
    for path in files.values():
        os.utime(path, (1, 1))
    bundle.refresh()
    assert {path.stat().st_mtime for path in files.values()} == {1}
    (folder / "..data_tmp").symlink_to("..2026_2")
    (folder / "..data_tmp").replace(folder / "..data")
    bundle.refresh()
    assert min(path.stat().st_mtime for path in files.values()) > 1


def test_a_changed_tenant_is_looked_at_once_more_later(write_platform, monkeypatch) -> None:
    """A feed dropped half a minute after a parse kept its DAG until the file changed again."""
    write_platform(shop=TENANT)
    bundle = _bundle()
    shop = bundle.path / "tenants" / "shop.py"
    write_platform(shop=TENANT + "# x\n")
    bundle.refresh()
    os.utime(shop, (1, 1))
    at = time.monotonic() + bundles.SECOND_LOOK_S
    monkeypatch.setattr(bundles.time, "monotonic", lambda: at + 1)
    bundle.refresh()
    assert shop.stat().st_mtime > 1
    os.utime(shop, (1, 1))
    monkeypatch.setattr(bundles.time, "monotonic", lambda: at + 1000)
    bundle.refresh()
    assert shop.stat().st_mtime == 1


@pytest.mark.parametrize("what", ["connector", "manifest"])
def test_what_all_tenants_share_makes_all_of_them_new(
    what: str, write_platform, tmp_path: Path
) -> None:
    write_platform(shop=TENANT, other=TENANT.replace("tenant: shop", "tenant: other"))
    bundle = _bundle()
    paths = [bundle.path / "tenants" / name for name in ("shop.py", "other.py")]
    for path in paths:
        os.utime(path, (1, 1))
    if what == "connector":
        file = tmp_path / "connectors" / "till" / "connector.yaml"
        file.write_text(file.read_text() + "# x\n")
    else:
        (tmp_path / "state" / "dbt").mkdir(parents=True)
        (tmp_path / "state" / "dbt" / "manifest.json").write_text("{}")
    bundle.refresh()
    assert all(path.stat().st_mtime > 1 for path in paths)


def test_tenants_come_and_go_and_a_missing_folder_takes_none(
    write_platform, tmp_path: Path
) -> None:
    """A volume that is not mounted yet is no order to deactivate every DAG."""
    write_platform(shop=TENANT)
    bundle = _bundle()
    (tmp_path / "tenants" / "new.yaml").write_text(BROKEN)
    (bundle.path / "tenants" / "notes.txt").write_text("somebody's")
    bundle.refresh()
    assert set(_files(bundle)) == {"shop.py", "new.py"}
    (tmp_path / "tenants" / "new.yaml").unlink()
    bundle.refresh()
    assert set(_files(bundle)) == {"shop.py"}
    (tmp_path / "tenants").rename(tmp_path / "away")
    with pytest.raises(FileNotFoundError):
        bundle.refresh()
    assert set(_files(bundle)) == {"shop.py"}
    assert (bundle.path / "tenants" / "notes.txt").exists()


def test_a_worker_adds_what_is_missing_and_takes_nothing_away(
    write_platform, tmp_path: Path
) -> None:
    """Worker and DAG processor may share a disk and see a new tenant at different times."""
    write_platform(shop=TENANT)
    bundle = _bundle()
    (bundle.path / "tenants" / "later.py").write_text("# airflow dag\n")
    (bundle.path / "tenants" / "shop.py").unlink()
    TenantDagBundle(name="tenants").initialize()
    assert set(_files(bundle)) == {"shop.py", "later.py"}


@pytest.mark.parametrize(
    "name", [*ODD_NAMES, "json.yaml", "a" * 240 + ".yaml", os.fsdecode(b"\xff.yaml"), "\n.yaml"]
)
def test_a_loader_is_python_whatever_its_tenants_file_is_called(name: str) -> None:
    text = build_loader(name)
    compile(text, "loader", "exec")
    assert text.isascii()
    assert name_loader(name) == "json.py" or name_loader(name).startswith("odd-")


def test_a_tenant_called_like_a_library_is_no_library(write_platform, tmp_path: Path) -> None:
    """Airflow puts a bundle's folder on Python's path: `requests.py` would be imported by name."""
    write_platform(shop=TENANT)
    (tmp_path / "tenants" / "uvloop.yaml").write_text(BROKEN)
    bundle = _bundle()
    assert not list(bundle.path.glob("*.py"))


def test_a_loader_is_written_anew_by_another_version_of_the_code(
    write_platform, tmp_path: Path
) -> None:
    write_platform(shop=TENANT)
    loaders = run_lay_out(tmp_path / "tenants", tmp_path / "out")
    loaders["shop.yaml"].write_text("old")
    run_lay_out(tmp_path / "tenants", tmp_path / "out", prune=False, rewrite=False)
    assert loaders["shop.yaml"].read_text() == "old"
    run_lay_out(tmp_path / "tenants", tmp_path / "out")
    assert loaders["shop.yaml"].read_text() == build_loader("shop.yaml")


def test_airflow_takes_the_bundles_as_they_are_configured(tmp_path: Path) -> None:
    """In a process of its own, for Airflow reads its configuration when it is imported."""
    code = (
        "from airflow.dag_processing.bundles.manager import DagBundlesManager\n"
        "found = list(DagBundlesManager().get_all_dag_bundles())\n"
        "print([bundle.name for bundle in found], found[1].path)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "ELT_STATE_DIR": str(tmp_path),
            "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(BUNDLES),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout.splitlines()[-1]
    assert said == f"['dags-folder', 'tenants'] {tmp_path / 'dag_files' / 'tenants'}"


def test_shares_hold_each_tenant_once(write_platform) -> None:
    write_platform(**{f"t{n}": "x" for n in range(40)})
    found = []
    for which in range(3):
        bundle = TenantDagBundle(name=f"tenants-{which}", share=(which, 3))
        bundle.initialize()
        bundle.refresh()
        assert len(_files(bundle)) > 5
        found += list(_files(bundle))
    assert sorted(found) == sorted(f"t{n}.py" for n in range(40))


def test_tasks_have_their_dags_params_in_a_run_and_no_copy_of_them(write_platform) -> None:
    """Each of 340 tasks validated its copy several times while it was serialized."""
    from airflow.sdk.definitions.param import process_params

    write_platform(shop=TENANT)
    dag = dags_of(ROOT / "dags" / "tenant_ingest.py")["ingest__shop__till"]
    for task in dag.tasks:
        assert dict(task.params) == {}
        found = process_params(dag, task, {"from": "2025-02-01"}, suppress_exception=False)
        assert found == {"from": "2025-02-01", "to": None}


def test_a_task_lists_no_names_where_nothing_came_or_went(
    write_platform, monkeypatch, tmp_path: Path
) -> None:
    """Ten thousand names cost each task 0.4 s before it began."""
    write_platform(shop=TENANT)
    monkeypatch.setattr(layout, "SETTLED_S", -1)
    TenantDagBundle(name="tenants").initialize()
    listed: list[Path] = []
    real = layout.find_sources
    monkeypatch.setattr(
        layout, "find_sources", lambda *paths: (listed.append(paths[0]), real(*paths))[1]
    )
    TenantDagBundle(name="tenants").initialize()
    assert listed == []
    (tmp_path / "tenants" / "new.yaml").write_text(BROKEN)
    bundle = TenantDagBundle(name="tenants")
    bundle.initialize()
    assert len(listed) == 1
    assert set(_files(bundle)) == {"shop.py", "new.py"}
    (bundle.path / "tenants" / "shop.py").unlink()
    TenantDagBundle(name="tenants").initialize()
    assert set(_files(bundle)) == {"shop.py", "new.py"}


def test_a_folder_that_has_just_changed_is_not_trusted(write_platform) -> None:
    """Within a tick of the clock a second tenant would come unseen."""
    write_platform(shop=TENANT)
    bundle = TenantDagBundle(name="tenants")
    bundle.initialize()
    assert not (bundle.path / "laid_out").exists()


FURTHER = "late: {connector: till, start_date: 2026-01-01}\n"


def test_what_the_console_made_is_parsed_at_the_next_look(write_platform, tmp_path: Path) -> None:
    """A feed of a tenant with a file, and a tenant without one; a parse asks no database."""
    write_platform(shop=TENANT)
    bundle = _bundle()
    registry = tmp_path / "state" / "registry"
    for folder, name, text in (
        ("feeds", "shop", FURTHER),
        ("feeds", "made", FURTHER),
        ("tenants", "made", "tenant: made\nname: Made\nowner: me\n"),
    ):
        (registry / folder).mkdir(parents=True, exist_ok=True)
        (registry / folder / f"{name}.yaml").write_text(text)
    before = _files(bundle)["shop.py"].stat().st_mtime_ns
    bundle.refresh()
    assert _files(bundle)["shop.py"].stat().st_mtime_ns > before
    assert "ingest__shop__late" in _dags(bundle, _files(bundle)["shop.py"])
    made = set(_dags(bundle, _files(bundle)["made.py"]))
    assert made == {"ingest__made__late", "transform__made"}
    worker = TenantDagBundle(name="tenants")
    worker.initialize()
    assert set(_files(worker)) == {"shop.py", "made.py"}
    (registry / "feeds" / "shop.yaml").unlink()
    (registry / "tenants" / "made.yaml").unlink()
    bundle.refresh()
    assert set(_files(bundle)) == {"shop.py"}
    assert "ingest__shop__late" not in _dags(bundle, _files(bundle)["shop.py"])
