"""Variables of dbt: same keys for a tenant and for the manifest, and the project declares them."""

import yaml

from include.config.load import load_platform
from include.config.settings import ROOT
from include.transform.variables import build_dbt_vars, build_manifest_vars


def test_tenant_variables_name_only_its_connectors() -> None:
    platform = load_platform()
    assert platform.tenants
    for tenant in platform.tenants:
        variables = build_dbt_vars(tenant)
        used = {name for names in variables["sources_by_concept"].values() for name in names}
        assert used <= set(tenant.connectors)
        assert variables["tenant"] == tenant.id
        assert variables["tenant_timezone"] == tenant.spec.timezone
        assert variables["feeds"] == [feed.name for feed in tenant.feeds]


def test_two_feeds_of_a_connector_are_one_source() -> None:
    # One model reads both: the feed is a column of the raw tables.
    for names in build_manifest_vars(load_platform().connectors)["sources_by_concept"].values():
        assert names == sorted(set(names))


def test_manifest_holds_every_concept_of_every_connector() -> None:
    connectors = load_platform().connectors
    variables = build_manifest_vars(connectors)
    pairs = {(c, n) for c, names in variables["sources_by_concept"].items() for n in names}
    assert pairs == {(c, name) for name, found in connectors.items() for c in found.concepts}
    assert pairs


def test_project_declares_every_variable() -> None:
    platform = load_platform()
    project = yaml.safe_load((ROOT / "dbt" / "dbt_project.yml").read_text(encoding="utf-8"))
    keys = set(build_manifest_vars(platform.connectors))
    assert keys <= set(project["vars"])
    assert all(set(build_dbt_vars(tenant)) == keys for tenant in platform.tenants)
