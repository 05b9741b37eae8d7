"""When a tenant's build may read the parse that all tenants share."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from include.config.load import load_platform
from include.config.settings import Settings, load_settings
from include.pipeline.dbt.build import ALONE, WHOLE, BuildPart, build_arguments
from include.pipeline.dbt.session import build_request
from include.pipeline.dbt.shared_parse import is_covered, load_shared_parse, run_keep_parse
from include.pipeline.dbt.transform import BESIDE
from include.transform.variables import build_manifest_vars

SHARED = {"tenant": "manifest", "sources_by_concept": {"orders": ["shopify", "stripe"]}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a manifest whose parse is kept."""
    target = tmp_path / "target"
    target.mkdir()
    (target / "partial_parse.msgpack").write_bytes(b"parsed")
    manifest = tmp_path / "dbt" / "manifest.json"
    manifest.parent.mkdir()
    run_keep_parse(manifest, target, json.dumps(SHARED))
    return replace(load_settings(), dbt_manifest=manifest)


@pytest.mark.parametrize(
    ("sources", "does"),
    [
        ({}, True),
        ({"orders": ["stripe"]}, True),
        ({"orders": ["square"]}, False),
        ({"deals": ["stripe"]}, False),
    ],
)
def test_a_connector_made_after_the_parse_is_in_none_of_its_edges(
    sources: dict[str, list[str]], does: bool
) -> None:
    """dbt would refuse the reference when the model runs, and the tenant would have no marts."""
    asked = {"tenant": "acme", "sources_by_concept": sources}
    assert is_covered(asked, SHARED) is does


@pytest.mark.parametrize("part", [WHOLE, ALONE, BESIDE])
def test_every_build_of_a_tenant_may_read_it(part: BuildPart, tmp_path: Path) -> None:
    """A variable that builds alone were told had every tenant parse for itself, unnoticed."""
    platform = load_platform()
    shared = build_manifest_vars(platform.connectors)
    for tenant in platform.tenants:
        words = build_arguments(tenant, ["path:models"], tmp_path, part)
        assert is_covered(json.loads(words[words.index("--vars") + 1]), shared), tenant.id


def test_variables_of_another_version_have_a_parse_of_their_own(settings: Settings) -> None:
    asked = {"tenant": "acme", "sources_by_concept": {}}
    assert load_shared_parse(settings, json.dumps(asked)) is not None
    assert load_shared_parse(settings, json.dumps({**asked, "more": 1})) is None
    settings.dbt_manifest.with_name("variables.json").write_text("{")
    assert load_shared_parse(settings, json.dumps(asked)) is None


def test_a_dbt_that_keeps_no_parse_takes_the_old_one_away(
    settings: Settings, tmp_path: Path
) -> None:
    """Else builds would read what the project was before."""
    asked = json.dumps({"tenant": "acme", "sources_by_concept": {}})
    run_keep_parse(settings.dbt_manifest, tmp_path / "nothing", json.dumps(SHARED))
    assert load_shared_parse(settings, asked) is None


def test_a_build_is_asked_for_with_both_tenants_names(settings: Settings, tmp_path: Path) -> None:
    variables = json.dumps({"tenant": "acme", "sources_by_concept": {}})
    words = ["build", "--vars", variables, "--target-path", "there"]
    asked = build_request(settings, words, tmp_path / "run_results.json")
    assert asked["tenant"] == "acme"
    assert asked["shared"]["tenant"] == "manifest"
    assert asked["shared"]["options"][1] == json.dumps(SHARED)
    assert asked["shared"]["options"][2:] == asked["options"][2:]
    assert asked["shared"]["environment"]["ELT_DBT_DBNAME"] == "warehouse"
    settings.dbt_manifest.with_name("partial_parse.msgpack").unlink()
    assert "shared" not in build_request(settings, words, tmp_path)
