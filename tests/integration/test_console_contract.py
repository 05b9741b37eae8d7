"""The API keeps to its own description, whatever is sent: no 5xx, no answer it does not declare."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from include.console import gate
from include.console.webhooks.limits import Limits
from tests.integration.console_case import Console, write_world

TRIES = 8


@pytest.fixture(scope="module")
def console(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder: Path = tmp_path_factory.mktemp("tenants")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_TENANTS_DIR", str(folder))
        patch.setenv("ELT_REGISTRY_DIR", str(folder / "registry"))
        patch.setenv("ELT_FILES_ROOT", str(folder / "data"))
        patch.setattr(gate, "build_limits", lambda: Limits(1e6, 1e6))
        write_world(warehouse, folder, registered=True)
        yield Console(warehouse)


SENT = ("method", "url", "params", "headers", "json", "data", "content", "cookies")
KNOWN = {"tenant": "acme", "feed": "inbox", "stream": "charges", "record": 1, "alert": 1}


def test_every_operation_answers_as_it_says(console: Console) -> None:
    """Half of the requests go to what is there, so that more than 404 is seen."""
    schema = schemathesis.openapi.from_dict(console.app.openapi())
    seen: dict[int, int] = {}
    wrong: list[str] = []
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 40
    for operation in operations:
        _try(console, operation, seen, wrong)
    assert not wrong, "\n".join(wrong[:20])
    assert {200, 404, 422} <= seen.keys()


def _try(console: Console, operation: Any, seen: dict[int, int], wrong: list[str]) -> None:
    count, declared = 0, operation.definition.raw["responses"].keys()

    @settings(
        max_examples=TRIES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        nonlocal count
        count += 1
        if count % 2:
            case.path_parameters |= {k: v for k, v in KNOWN.items() if k in case.path_parameters}
        who = ("own", "admin", "viewer")[count % 3]
        asked = case.as_transport_kwargs(base_url="http://testserver")
        asked = {name: asked[name] for name in SENT if asked.get(name) is not None}
        asked["headers"] = {**(asked.get("headers") or {}), "x-who": who}
        try:
            response = console.client.request(**asked, follow_redirects=False)
        except (UnicodeError, ValueError, httpx2.InvalidURL):
            return  # no client could send it
        seen[response.status_code] = seen.get(response.status_code, 0) + 1
        if response.status_code >= 500 or str(response.status_code) not in declared:
            wrong.append(f"{case.method} {case.path}: {response.status_code} {response.text[:200]}")

    send()
