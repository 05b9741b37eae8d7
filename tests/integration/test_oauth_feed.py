"""A feed whose refresh token works once, through the pipeline: every day a new one, none lost."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from cryptography.fernet import Fernet

from include.config.load import load_platform
from include.core import clock
from include.core.errors import AccessDenied
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import FeedResult, run_feed_load
from include.pipeline.load_request import LoadRequest
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.gohighlevel.vendor import CREDENTIALS
from include.sandbox.world import WorldSpec
from tests.connectors.connector_cases import sandbox_credentials
from tests.load_environment import build_environment

NOW = datetime(2026, 11, 10, tzinfo=UTC)


def _load(url: str, warehouse: str, day: int) -> FeedResult:
    [feed] = [f for f in load_platform().feeds if f.connector.connector == "gohighlevel"]
    login = sandbox_credentials("x", url, "gohighlevel", CREDENTIALS["summit"])
    house = Warehouse(warehouse, tenant_roles=False)
    with clock.frozen(NOW + timedelta(days=day)):
        return run_feed_load(
            LoadRequest(feed, RunKind.SCHEDULED, ("pipelines", "calendars")),
            build_environment(house, login),
        )


def test_the_login_lives_on_while_its_token_changes_every_day(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", Fernet.generate_key().decode())
    sealed = set()
    with running_sandbox(WorldSpec(size=40)) as url:
        for day in range(3):
            done = _load(url, warehouse, day)
            assert done.failed == {}
            assert done.loaded["pipelines"].read == 2
            with psycopg.connect(warehouse) as connection:
                rows = connection.execute("select sealed from elt_ops.oauth_tokens").fetchall()
            assert len(rows) == 1
            sealed.add(rows[0][0])
        assert len(sealed) == 3
        # Without the store the connection's own token is long used up: it was really the chain.
        with psycopg.connect(warehouse, autocommit=True) as connection:
            connection.execute("delete from elt_ops.oauth_tokens")
        failed = _load(url, warehouse, 3).failed
    assert {type(error) for error in failed.values()} == {AccessDenied}
