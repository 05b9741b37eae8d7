"""A slip among a tenant's decisions reaches somebody, once, and never stops a build."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from include.core.clock import utcnow
from include.orchestration.alerts import identity
from include.orchestration.alerts.identity import build_identity_signal, notify_identity
from tests.dags.conftest import TENANT

BROKEN = "identity:\n  overrides:\n    - {must_link: [till:till:1], who: ann, why: same}\n"
CONTEXT: dict[str, Any] = {
    "ti": SimpleNamespace(
        dag_id="transform__shop", run_id="r1", task_id="dbt_build", try_number=1, log_url=None
    )
}


@pytest.fixture
def tenant(write_platform):
    platform = write_platform(shop=TENANT + BROKEN)
    (found,) = platform.tenants
    assert found.overrides is None
    return found


def test_a_broken_list_is_told_with_file_and_line(tenant, monkeypatch) -> None:
    sent = []
    place = "include.destinations.postgres.identity.runs.fetch_warnings"
    monkeypatch.setattr("include.orchestration.connections.build_warehouse", mock.MagicMock())
    monkeypatch.setattr(
        "include.orchestration.alerts.failure.run_store",
        lambda signal: sent.append(signal) or True,
    )
    with mock.patch(place, return_value={"people": 2}):
        assert notify_identity(tenant, utcnow(), CONTEXT) == 2
    line = TENANT.count("\n") + 3
    assert f"{Path(tenant.path).name}:{line}: identity.overrides, decision 1" in sent[0].message
    assert "stay in force" in sent[0].message
    assert sent[1].message.startswith("identity of people ended with 2 warnings")
    assert {signal.grave for signal in sent} == {"warning"}
    # The same words are the same news: the fingerprint keeps them from being sent twice.
    again = build_identity_signal(tenant, sent[0].message, CONTEXT)
    assert again.fingerprint == sent[0].fingerprint != sent[1].fingerprint


def test_news_that_cannot_be_told_stop_nothing(tenant, monkeypatch) -> None:
    monkeypatch.setattr(identity, "_notify", mock.Mock(side_effect=OSError))
    assert notify_identity(tenant, utcnow(), CONTEXT) == 0
