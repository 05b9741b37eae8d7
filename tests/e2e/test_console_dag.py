"""What is made in the console is a DAG of a real Airflow within a minute, and goes as quickly."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from include.local import stack
from include.local.airflow_api import AirflowApi
from tests.bench.airflow_stack import own_state

WITHIN_S = 60.0
HOOK = {"connector": "webhook", "start_date": "2026-01-01", "options": {"verify": "hmac"}}
FILE = """
tenant: shop
name: Shop
owner: e2e
feeds:
  hooks: {connector: webhook, start_date: 2026-01-01, options: {verify: hmac}}
"""


class Place:
    """The console inside its Airflow, asked as the administrator."""

    def __init__(self, api: AirflowApi, token: str) -> None:
        self.api = api
        self._headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}

    def ask(self, method: str, path: str, **body: Any) -> Any:
        url = f"{self.api.url}/elt/api/v1{path}"
        answer = requests.request(method, url, json=body or None, headers=self._headers, timeout=60)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def wait(self, holds: Callable[[], bool]) -> float:
        """Seconds until it was so."""
        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < WITHIN_S, f"not within {WITHIN_S:.0f} s"
            time.sleep(1)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with own_state() as folder:
        tenants = Path(os.environ["ELT_TENANTS_DIR"])
        tenants.mkdir()
        (tenants / "shop.yaml").write_text(FILE)
        os.environ["ELT_REGISTRY_DIR"] = str(folder / "registry")
        facts = stack.run_up(sandbox=False)
        api = stack.build_api(facts)
        api.log_in()
        found = Place(api, str(api._session.headers["Authorization"]).removeprefix("Bearer "))
        # The DAG processor has done its first round.
        until = time.monotonic() + 240
        while not api.dag("ingest__shop__hooks"):
            assert time.monotonic() < until
            time.sleep(1)
        yield found


def test_a_feed_and_a_tenant_come_and_go(place: Place) -> None:
    """The form said "it is a DAG within a minute" and nothing had ever looked."""
    api, feed = place.api, "/tenants/shop/feeds/inbox"
    taken = {}
    place.ask("POST", "/tenants/shop/feeds", feed="inbox", spec=HOOK)
    taken["added"] = place.wait(lambda: bool(api.dag("ingest__shop__inbox")))
    # Switched off, it has no DAG; its neighbour has.
    place.ask("PUT", feed, spec={**HOOK, "enabled": False})
    taken["switched off"] = place.wait(lambda: not api.dag("ingest__shop__inbox"))
    place.ask("PUT", feed, spec=HOOK)
    taken["switched on"] = place.wait(lambda: bool(api.dag("ingest__shop__inbox")))
    place.ask("DELETE", feed)
    taken["removed"] = place.wait(lambda: not api.dag("ingest__shop__inbox"))
    place.ask("POST", "/tenants", tenant="corner", spec={"name": "Corner", "owner": "e2e"})
    place.ask("POST", "/tenants/corner/feeds", feed="inbox", spec=HOOK)
    taken["a tenant's"] = place.wait(lambda: bool(api.dag("ingest__corner__inbox")))
    assert api.dag("ingest__shop__hooks")
    print({what: round(seconds, 1) for what, seconds in taken.items()})
