"""What dashboards are built on: names that stay, in views that say each column by name.

`bi_views.yml` is what has been promised. A new column is added to it; none is ever taken out.
"""

from typing import Any

import pytest
import yaml
from sqlglot import exp

from include.config.settings import ROOT
from tests.contract.dbt_models import MODELS, DbtModel

PROMISED: dict[str, list[str]] = yaml.safe_load(
    (ROOT / "tests" / "contract" / "bi_views.yml").read_text(encoding="utf-8")
)
VIEWS = {name: model for name, model in MODELS.items() if model.path.parent.name == "bi"}


def test_no_promised_view_or_column_has_vanished() -> None:
    now = {name.removeprefix("bi_"): set(model.columns) for name, model in VIEWS.items()}
    gone = {
        f"{view}.{column}"
        for view, columns in PROMISED.items()
        for column in columns
        if column not in now.get(view, set())
    }
    assert not gone, "people's dashboards read these"
    assert len(PROMISED) >= 9


def test_whatever_is_there_is_promised() -> None:
    found = {name.removeprefix("bi_"): list(model.columns) for name, model in VIEWS.items()}
    assert found == PROMISED, "add the new names to bi_views.yml"


@pytest.mark.parametrize("model", VIEWS.values(), ids=lambda model: model.name)
def test_a_view_lists_its_columns_in_the_order_of_its_contract(model: DbtModel) -> None:
    """`select *` would show whatever a mart gains, and in another order after an edit."""
    assert list(model.selected) == list(model.columns)
    assert all(column.get("data_type") for column in model.columns.values())
    assert f"alias='{model.name.removeprefix('bi_')}'" in model.code
    assert not any(name.startswith("_") for name in model.columns)


@pytest.mark.parametrize("model", VIEWS.values(), ids=lambda model: model.name)
def test_a_view_reads_marts_alone(model: DbtModel) -> None:
    read = {table.name for table in model.statement.find_all(exp.Table) if table.db == "models"}
    assert read
    assert {MODELS[name].path.parts[-3] for name in read} == {"marts"}


def test_the_schema_and_comments_are_declared_once() -> None:
    project: dict[str, Any] = yaml.safe_load((ROOT / "dbt" / "dbt_project.yml").read_text())
    marts = project["models"]["elt"]["marts"]
    assert marts["bi"] == {
        "+schema": "bi",
        "+materialized": "kept_view",
        "+persist_docs": {"relation": True, "columns": True},
    }
