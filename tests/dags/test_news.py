"""Which run of a feed wakes its tenant's transform: one after which there is something to build."""

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import AssetAlias

from include.config.settings import load_settings
from include.ledger.builds import run_forget_build, run_record_build
from include.ledger.connection import Warehouse
from include.orchestration.operators import news
from include.pipeline.dbt.plan import fetch_plan
from tests.integration.files_case import FilesCase, build_files_case


class _Outlet:
    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str]]] = []

    def add(self, asset: Any, extra: dict[str, str]) -> None:
        self.sent.append((asset.name, extra))


@pytest.fixture
def folder(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> FilesCase:
    house = Warehouse(warehouse)
    monkeypatch.setattr(news, "build_warehouse", lambda tenant: house)
    return build_files_case(warehouse, tmp_path)


def _tell(case: FilesCase) -> list[str]:
    """Why the transform is woken; empty when it is not."""
    outlet = _Outlet()
    alias = news.build_news_outlet(case.feed)
    news.run_tell_news(case.feed, [alias], {"outlet_events": {alias: outlet}})
    assert {name for name, _ in outlet.sent} <= {f"raw/{case.feed.tenant.id}/{case.feed.name}"}
    return [extra["reason"] for _, extra in outlet.sent]


def _build(case: FilesCase, warehouse: str) -> None:
    """What a transform remembers when it has built everything."""
    house = Warehouse(warehouse)
    plan = fetch_plan(case.feed.tenant, house, load_settings())
    with house.connect() as connection:
        run_record_build(connection, case.feed.tenant.id, plan.fingerprint, plan.loads)


def test_a_load_that_changed_nothing_wakes_nobody(
    tmp_path: Path, folder: FilesCase, warehouse: str
) -> None:
    """Each quiet run of a feed started a worker of its transform to find nothing: 1.6 CPU s."""
    (tmp_path / "sales.csv").write_text("id,amount\n1,5\n2,6\n")
    folder.load("sales")
    assert _tell(folder) == ["nothing was built before, or the last build failed"]
    _build(folder, warehouse)
    assert _tell(folder) == []
    folder.load("sales")
    assert _tell(folder) == []
    (tmp_path / "sales.csv").write_text("id,amount\n1,5\n2,7\n")
    folder.load("sales")
    assert len(_tell(folder)) == 1


def test_what_is_to_be_built_without_new_rows_wakes_it_too(
    tmp_path: Path, folder: FilesCase, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new day, another project, a build that failed: the feed is the only clock there is."""
    (tmp_path / "sales.csv").write_text("id,amount\n1,5\n")
    folder.load("sales")
    _build(folder, warehouse)
    tenant = folder.feed.tenant.id
    folder.query(
        "update elt_ops.dbt_builds set built_at = built_at - interval '1 day' "
        f"where tenant = '{tenant}' returning 1"
    )
    assert len(_tell(folder)) == 1
    _build(folder, warehouse)
    monkeypatch.setattr(
        "include.pipeline.dbt.plan.build_tenant_fingerprint", lambda *a: "another project"
    )
    assert _tell(folder) == [
        "the dbt project, the tenant's variables, selection or identity settings changed"
    ]
    monkeypatch.undo()
    with Warehouse(warehouse).connect() as connection:
        run_forget_build(connection, tenant)
    monkeypatch.setattr(news, "build_warehouse", lambda tenant: Warehouse(warehouse))
    assert len(_tell(folder)) == 1


def test_who_cannot_tell_wakes_it(folder: FilesCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "build_warehouse", lambda tenant: 1 / 0)
    assert _tell(folder) == ["it is not known what there is to build"]


def test_a_hand_written_dag_without_the_outlet_tells_nothing(folder: FilesCase) -> None:
    news.run_tell_news(folder.feed, [], {})
    news.run_tell_news(folder.feed, [AssetAlias("news/other/feed")], {})
