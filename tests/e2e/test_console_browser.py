"""The console's pages in a real Chromium: they load without an error, and axe finds nothing grave.

Airflow's own API, which pages ask for runs and pauses, is played here; the ledger is a real one.
"""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request

from include.console.app import build_app
from include.console.doors import Doors
from include.console.people import Person
from include.core.errors import MissingSecret
from include.local.postgres import find_free_port
from tests.integration.console_case import BOTH, Rights, write_world
from tests.integration.console_marts import write_marts

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no chromium and chromedriver on this machine"
)
PAGES = {
    "health": "/",
    "feed": "/tenants/acme/feeds/stripe",
    "quality": "/tenants/acme/quality",
    "business": "/tenants/acme/business",
    "identity": "/tenants/acme/identity",
    "sources": "/tenants/acme/sources",
    "new": "/tenants/acme/sources/new/shopify",
    "edit": "/tenants/acme/feeds/inbox/edit",
    "upload": "/tenants/acme/sources/upload",
    "people": "/tenants/acme/people",
    "rows": "/tenants/acme/business/attribution?of=channel=email",
    "forget": "/tenants/acme/forget",
    "new tenant": "/new-tenant",
    "organisations": "/organisations",
    "organisation": "/organisations/north",
    "invitation": "/invitation",
}
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
GRAVE = ("serious", "critical")


def no_credentials(feed: Any) -> Any:
    raise MissingSecret("none")


async def let_in(request: Request) -> Person:
    return Person("ada", Rights(BOTH, BOTH), is_admin=True, has_cookie=True)


def build_outer(url: str, started: list[Any]) -> FastAPI:
    """The console where Airflow mounts it, and the little of Airflow that it asks."""
    doors = Doors(
        fetch_credentials=no_credentials,
        fetch_warehouse_url=lambda tenant: url,
        fetch_person=let_in,
        wake_drain=lambda places: None,
        fetch_platform_url=lambda: url,
    )
    outer = FastAPI()

    @outer.get("/api/v2/dags/{dag}")
    def read_dag(dag: str) -> dict[str, Any]:
        return {"dag_id": dag, "is_paused": False}

    @outer.post("/api/v2/dags/{dag}/dagRuns")
    def start_run(dag: str, body: dict[str, Any]) -> dict[str, Any]:
        started.append((dag, body))
        return {"dag_run_id": "manual__1"}

    outer.mount("/elt", build_app(doors))
    return outer


@pytest.fixture(scope="module")
def place(
    warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, list[Any]]]:
    folder: Path = tmp_path_factory.mktemp("tenants")
    started: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_TENANTS_DIR", str(folder))
        patch.setenv("ELT_REGISTRY_DIR", str(folder / "registry"))
        patch.setenv("ELT_FILES_ROOT", str(folder / "data"))
        write_world(warehouse, folder, registered=True)
        write_marts(warehouse)
        port = find_free_port()
        config = uvicorn.Config(build_outer(warehouse, started), port=port, log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/elt", started
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


def look(browser: Any, address: str, size: str, theme: str) -> None:
    browser.set_window_size(*SIZES[size])
    browser.get(address)
    browser.execute_script("localStorage.setItem('theme', arguments[0])", theme)
    browser.get_log("browser")
    browser.get(address)


def find_grave(browser: Any) -> list[str]:
    """What axe calls serious or worse."""
    from axe_core_python.selenium import Axe  # type: ignore[import-untyped]

    found = Axe().run(browser)["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in found if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(
    place: tuple[str, list[Any]], browser: Any, name: str, tmp_path: Path
) -> None:
    """Light on a desktop, dark on a phone: no error, nothing grave, no page wider than it."""
    for size, theme in (("desktop", "light"), ("phone", "dark")):
        look(browser, place[0] + PAGES[name], size, theme)
        assert browser.find_element("css selector", "h1").text
        said = [one for one in browser.get_log("browser") if one["level"] == "SEVERE"]
        assert not said, said
        assert find_grave(browser) == []
        assert browser.execute_script("return document.documentElement.dataset.theme") == theme
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.execute_script(wide) <= 0, (name, size)
        browser.save_screenshot(str(tmp_path / f"{name}-{size}-{theme}.png"))


def wait_for(browser: Any, css: str, word: str) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        text = str(browser.find_element("css selector", css).text)
        if word in text:
            return text
        time.sleep(0.2)
    raise AssertionError(f"{css} never said {word!r}: {text!r}")


def test_a_feed_is_connected_in_the_form(place: tuple[str, list[Any]], browser: Any) -> None:
    """What is wrong is said in the words of files; once mended it is a feed."""
    base, _ = place
    look(browser, f"{base}/tenants/acme/sources/new/webhook", "desktop", "light")
    name = browser.find_element("id", "name")
    name.clear()
    name.send_keys("from_form")
    browser.find_element("id", "option-verify").send_keys("hmac")
    schedule = browser.find_element("id", "spec-schedule")
    schedule.send_keys("hurly")
    browser.find_element("css selector", "button[type=submit]").click()
    wait_for(browser, ".faults", "hurly")
    schedule.clear()
    schedule.send_keys("hourly")
    browser.find_element("css selector", "button[type=submit]").click()
    wait_for(browser, "main", "from_form")
    assert "this console" in browser.find_element("css selector", "main").text


def test_days_are_read_again(place: tuple[str, list[Any]], browser: Any) -> None:
    base, started = place
    look(browser, f"{base}/tenants/acme/feeds/stripe", "desktop", "light")
    day = browser.find_elements("css selector", ".calendar .gap")[0]
    chosen = day.get_attribute("data-day")
    browser.execute_script("arguments[0].click()", day)
    button = browser.find_element("css selector", "[data-backfill] button")
    browser.execute_script("arguments[0].click()", button)
    browser.find_element("css selector", "#ask button[value=yes]").click()
    wait_for(browser, "#told", "Started")
    dag, body = started[-1]
    assert dag == "ingest__acme__stripe" and body["conf"]["from"] == chosen < body["conf"]["to"]


def test_a_token_is_made_and_shown_once(place: tuple[str, list[Any]], browser: Any) -> None:
    look(browser, f"{place[0]}/tenants/acme/people", "desktop", "light")
    browser.find_element("id", "name").send_keys("till")
    browser.find_element("css selector", "form[data-show] button").click()
    token = wait_for(browser, "#made", "elt_").split()[-4]
    browser.find_element("css selector", "#made button").click()
    wait_for(browser, "main", "Take back")
    assert token not in browser.page_source


def test_somebody_is_invited_and_accepts(place: tuple[str, list[Any]], browser: Any) -> None:
    look(browser, place[0] + PAGES["organisation"], "desktop", "light")
    browser.find_element("id", "note").send_keys("Ada herself")
    browser.find_element("css selector", "form[data-show=link] button").click()
    link = wait_for(browser, "#made pre", "#join_")
    assert "/elt/invitation#join_" in link
    browser.find_element("css selector", "#made button").click()
    # The console of this test knows no address of its own.
    browser.get(f"{place[0]}/invitation#{link.partition('#')[2]}")
    assert "#join_" not in browser.current_url
    browser.find_element("css selector", "form[data-invitation] button").click()
    until = time.monotonic() + 10
    while "invitation" in browser.current_url and time.monotonic() < until:
        time.sleep(0.1)
    browser.get(place[0] + PAGES["organisation"])
    assert "accepted by ada" in browser.find_element("id", "main").text


def test_a_tenant_is_made(place: tuple[str, list[Any]], browser: Any) -> None:
    look(browser, f"{place[0]}/new-tenant", "desktop", "light")
    for name, text in (("tenant", "corner"), ("spec.name", "Corner"), ("spec.owner", "me")):
        browser.find_element("id", name).send_keys(text)
    browser.find_element("css selector", "main button").click()
    # Rights of the made-up Airflow name acme and bazaar alone: what is not ours is not there.
    wait_for(browser, "h1", "no such thing")


def test_a_rewind_says_what_it_reads_again(place: tuple[str, list[Any]], browser: Any) -> None:
    look(browser, f"{place[0]}/tenants/acme/feeds/stripe", "desktop", "light")
    field = browser.find_element("css selector", "form[data-rewind=charges] input[name=to]")
    field.send_keys("2026-05-01T00:00:00Z")
    button = browser.find_element("css selector", "form[data-rewind=charges] button")
    browser.execute_script("arguments[0].click()", button)
    told = wait_for(browser, "#asked", "31 days")
    assert "2026-05-01 00:00 to 2026-06-01 00:00" in told
    browser.find_element("css selector", "#ask button[value='']").click()


def test_a_person_is_looked_for_before_they_are_erased(
    place: tuple[str, list[Any]], browser: Any
) -> None:
    """The word opens the button; another person than was looked at closes it again."""
    look(browser, f"{place[0]}/tenants/acme/forget", "desktop", "light")
    browser.find_element("id", "emails").send_keys("ann.smith@mail.example")
    browser.find_element("css selector", "button[type=submit]").click()
    wait_for(browser, "#found", "Nothing of them is stored")
    erase = browser.find_element("css selector", "[data-erase]")
    assert not erase.is_enabled()
    browser.find_element("id", "sure").send_keys("acme")
    assert erase.is_enabled()
    browser.find_element("id", "emails").send_keys("x")
    assert not erase.is_displayed()
