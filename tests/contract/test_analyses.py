"""Questions, exposures and metrics of the dbt project: each reads what is promised to people."""

import re
from typing import Any

import pytest
import yaml

from include.config.settings import ROOT
from tests.contract.dbt_models import MODELS
from tests.contract.portable_sql import WAREHOUSES, find_unportable, find_unreadable
from tests.contract.test_dbt_portability import MACROS, renderer

PROJECT = ROOT / "dbt"
ANALYSES = sorted((PROJECT / "analyses").glob("*.sql"))
BI = PROJECT / "models" / "marts" / "bi"


def test_there_are_a_dozen_questions_each_described() -> None:
    described = yaml.safe_load((PROJECT / "analyses" / "analyses.yml").read_text())["analyses"]
    assert {one["name"] for one in described} == {path.stem for path in ANALYSES}
    assert len(ANALYSES) >= 12
    assert yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["analysis-paths"] == [
        "analyses"
    ]


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_a_question_reads_marts_in_every_warehouses_words(path: Any) -> None:
    text = path.read_text()
    assert text.startswith("-- ")
    assert "?" in text.splitlines()[0] or "?" in text.splitlines()[1]
    read = re.findall(r"ref\('(\w+)'\)", text)
    assert read
    assert all("marts" in MODELS[name].path.parts for name in read)
    assert find_unportable(text, also={*MACROS, "ref"}) == []
    for warehouse in WAREHOUSES:
        assert find_unreadable(renderer(warehouse).render(text), warehouse) == []


def test_every_view_of_people_is_exposed() -> None:
    (exposure,) = yaml.safe_load((BI / "bi_exposures.yml").read_text())["exposures"]
    views = {f"ref('{path.stem}')" for path in BI.glob("*.sql")}
    assert set(exposure["depends_on"]) == views


def test_metrics_stand_on_columns_that_exist() -> None:
    found = yaml.safe_load((BI / "bi_metrics.yml").read_text())
    measures = set()
    for model in found["semantic_models"]:
        name = model["model"].split("'")[1]
        columns = set(MODELS[name].columns)
        for part in (*model["dimensions"], *model["measures"], *model["entities"]):
            words = set(re.findall(r"[a-z_]+", part.get("expr") or part["name"]))
            assert words & columns, part["name"]
        measures |= {one["name"] for one in model["measures"]}
    metrics = {one["name"]: one for one in found["metrics"]}
    promised = {"revenue", "orders", "average_order_value", "repeat_rate", "acquisition_cost"}
    promised |= {"return_on_ad_spend", "historic_lifetime_value", "expected_lifetime_value"}
    assert promised <= set(metrics)
    for one in metrics.values():
        used = one["type_params"]
        if one["type"] == "ratio":
            assert {used["numerator"], used["denominator"]} <= set(metrics)
        else:
            assert used["measure"] in measures
