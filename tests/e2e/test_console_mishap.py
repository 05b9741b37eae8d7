"""From Health a newcomer is two clicks from the cause of whatever is wrong with a business."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request

from include import cli
from include.config.load import load_platform
from include.config.settings import ROOT
from include.console.app import build_app
from include.console.doors import Doors
from include.console.people import Person
from include.core.clock import utcnow
from include.local.postgres import find_free_port
from include.sandbox.mishap import plant
from tests.e2e.test_console_browser import browser, look, no_credentials, pytestmark
from tests.integration.console_case import Rights

__all__ = ["browser", "pytestmark"]
TENANTS = ROOT / "include" / "sandbox" / "mishap" / "tenants"
# The number on Health that is clicked -> what its page must say of each planted defect: where it
# is, and which records or columns.
SCORE, QUARANTINE = "td.n a[href$='/quality']", "td.n a[href$='#quarantine']"
CAUSES = {
    "an order twice": (SCORE, "uploads orders", "an order counts once", "B-0002"),
    "whose order": (SCORE, "uploads orders", "whose order is it", "B-0005"),
    "a negative sale": (SCORE, "uploads orders", "no sale is negative", "B-0007"),
    "an unknown state": (SCORE, "uploads orders", "other states are new", "B-0009"),
    "no address": (SCORE, "uploads orders", "mail goes there", "B-0011"),
    "a stranger": (SCORE, "uploads orders", "strangers buy", "B-0013"),
    "two currencies": (SCORE, "uploads orders", "sums of two currencies mean nothing", "currency"),
    "old orders": (SCORE, "uploads orders", "a bakery sells every day", ""),
    "a customer twice": (SCORE, "uploads customers", "one person twice", "name_city"),
    "one value everywhere": (SCORE, "uploads customers", "an export that fills in one value", ""),
    "half an export": (SCORE, "uploads customers", "half of the export is missing", ""),
    "rows cut off": (QUARANTINE, "till", "columns", "45"),
}


@pytest.fixture(scope="module")
def address(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The console over the broken bakery, loaded and checked."""
    state: Path = tmp_path_factory.mktemp("state")

    async def let_in(request: Request) -> Person:
        own = frozenset({"mishap"})
        return Person("nora", Rights(own, own), has_cookie=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_TENANTS_DIR", str(TENANTS))
        patch.setenv("ELT_REGISTRY_DIR", str(state / "registry"))
        patch.setenv("ELT_STATE_DIR", str(state))
        patch.setenv("WAREHOUSE_URL", warehouse)
        plant.write_broken(state / "sandbox", utcnow())
        for step in ("ingest", "quality"):
            cli.main(["run", "--step", step, "--tenant", "mishap"])
        doors = Doors(
            fetch_credentials=no_credentials,
            fetch_warehouse_url=lambda tenant: warehouse,
            fetch_person=let_in,
            wake_drain=lambda places: None,
            fetch_platform_url=lambda: warehouse,
        )
        outer = FastAPI()
        outer.mount("/elt", build_app(doors))
        port = find_free_port()
        server = uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/elt"
        server.should_exit = True
        thread.join(20)


def test_every_planted_defect_is_among_these(address: str) -> None:
    """A kind that is planted tomorrow has its two clicks as well."""
    reasons = {one.why for one in load_platform().tenant("mishap").checks if one.why}
    assert reasons <= {why for _, _, why, _ in CAUSES.values()}


@pytest.mark.parametrize("defect", CAUSES)
def test_two_clicks_from_health_to_the_cause(address: str, browser: Any, defect: str) -> None:
    click, place, why, record = CAUSES[defect]
    look(browser, f"{address}/", "desktop", "light")
    browser.find_element("css selector", click).click()
    browser.find_element("css selector", "#main h1")
    rows = browser.find_elements("css selector", "#main tr")
    told = [row.text for row in rows if why in row.text and place in row.text]
    assert told, browser.find_element("id", "main").text
    assert record in " ".join(told)
