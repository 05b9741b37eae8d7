"""One real stack for the whole session: its own state, tenants and ports, stopped at the end."""

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from include.local import stack
from include.local.airflow_api import AirflowApi
from include.local.airflow_env import StackFacts
from include.local.demo import run_demo
from include.local.postgres import find_free_port

SIZE = "small"
TENANTS = {
    "bazaar": """
tenant: bazaar
name: Bazaar
timezone: Europe/Berlin
owner: e2e
render: models
feeds:
  ecommerce_csv:
    schedule: daily
    start_date: 2025-01-01
    options: {{path: {sandbox}/bazaar/ecommerce_csv}}
""",
    "corner": """
tenant: corner
name: Corner
timezone: America/New_York
owner: e2e
render: single
alerts: {{contacts: [owner@corner.example], webhook: true}}
feeds:
  stripe:
    schedule: daily
    start_date: 2025-01-01
    sweep_schedule: weekly
    # Few, because each of some thirty runs costs a task per stream.
    streams: [charges, customers, products, refunds]
    stream_settings: {{customers: {{sweep_limit_share: 0.1}}}}
  hooks:
    connector: webhook
    start_date: 2025-01-01
    options:
      verify: hmac
      streams:
        orders:
          events: ["order.*"]
          records_path: data
          columns: {{id: int, amount: numeric, email: text}}
""",
}

HOOKS_SECRET = "whsec_e2e_5f1c0d7b92"


@dataclass
class Inbox:
    """What the alert webhook received."""

    port: int
    received: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Stack:
    facts: StackFacts
    api: AirflowApi
    inbox: Inbox

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement in the warehouse."""
        with psycopg.connect(self.facts.warehouse_url) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def metadata(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Read from Airflow's own database."""
        facts = self.facts
        place = f"127.0.0.1:{facts.ports.postgres}/airflow"
        url = f"postgresql://airflow:{facts.secrets.airflow_database}@{place}"
        with psycopg.connect(url) as connection:
            return connection.execute(query, parameters).fetchall()

    def sandbox(self, method: str, route: str, /, **body: Any) -> Any:
        """One call of the sandbox's control routes."""
        url = f"http://127.0.0.1:{self.facts.ports.sandbox}/_sandbox/{route}"
        answer = requests.request(method, url, json=body or None, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def set_fault(self, **fault: Any) -> None:
        self.sandbox("POST", "faults", **fault)

    def clear_faults(self) -> None:
        self.sandbox("DELETE", "faults")


@pytest.fixture(scope="session")
def inbox() -> Iterator[Inbox]:
    found = Inbox(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            found.received.append(json.loads(self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def loaded(running: Stack) -> Stack:
    """The stack after a first load of everything, whichever tests have run before."""
    if not running.facts.state.demo_file.exists():
        assert run_demo(SIZE) == 0
    return running


@pytest.fixture(scope="session")
def running(inbox: Inbox) -> Iterator[Stack]:
    """PostgreSQL, sandbox and Airflow, up and healthy."""
    # Not tmp_path: pytest makes it 0700, and as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="elt-e2e-"))
    folder.chmod(0o755)
    tenants = folder / "tenants"
    tenants.mkdir()
    for name, text in TENANTS.items():
        (tenants / f"{name}.yaml").write_text(text.format(sandbox=folder / "state" / "sandbox"))
    alerts = {"conn_type": "generic", "host": f"http://127.0.0.1:{inbox.port}/alerts"}
    hooks = {"conn_type": "generic", "password": HOOKS_SECRET}
    environment = {
        "ELT_STATE_DIR": str(folder / "state"),
        "ELT_TENANTS_DIR": str(tenants),
        "AIRFLOW_PORT": str(find_free_port(18080)),
        "POSTGRES_PORT": str(find_free_port(15433)),
        "SANDBOX_PORT": str(find_free_port(18900)),
        "AIRFLOW_CONN_CORNER__ALERTS": json.dumps(alerts),
        "AIRFLOW_CONN_CORNER__HOOKS": json.dumps(hooks),
    }
    before = dict(os.environ)
    os.environ.update(environment)
    os.environ.pop("WAREHOUSE_URL", None)
    try:
        facts = stack.run_up(SIZE)
        api = stack.build_api(facts)
        api.log_in()
        yield Stack(facts, api, inbox)
    finally:
        stack.run_down()
        os.environ.clear()
        os.environ.update(before)
        # ELT_E2E_KEEP=1 leaves logs and database for a look.
        if not os.environ.get("ELT_E2E_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
