"""`make mishap`: a business that goes wrong on purpose, in a database of its own beside the demo's.

    sound files -> marts, published -> broken ones -> load, check, build: the marts are refused and
    stay as they were -> two looks of the watcher -> what its alerts say, in the sandbox's inbox

`make mishap-heal` mends the files: the next build is published, and the alerts end. Apart from
`make demo`: there everything is to end well, and here nothing does.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import psycopg
import requests

from include.commands.screen.output import say
from include.config.settings import load_settings
from include.core import naming
from include.core.clock import utcnow
from include.core.errors import ConfigError
from include.local import postgres
from include.local.airflow_env import HOST
from include.local.preparation import WAREHOUSE_ROLE
from include.local.stack import load_facts, run_servers_only
from include.sandbox.mishap import plant
from include.sandbox.serve.inbox import PATH

TENANT = "mishap"
DATABASE = "mishap"
TIMEOUT_S = 300
REVENUE = "select coalesce(sum(revenue_amount), 0), count(*) from mishap_mart.fct_orders"
STATUS = "select as_of, score, stale_because from mishap_bi.data_status where subject = 'marts'"
LOOKS = 2  # the first stores what is wrong and tells it; the second what became due meanwhile


def run_mishap(*, heal: bool) -> int:
    """Break or mend, load, tell; 0 when the alerts are what they should be."""
    environment, inbox = _build_environment(anew=not heal)
    sandbox = load_facts().state.sandbox
    if not heal:
        say("the files are sound: their marts are built and published")
        plant.write_mended(sandbox, utcnow())
        _run_steps(environment, "ingest", "transform")
        requests.delete(inbox, timeout=10).raise_for_status()
    before = _fetch(environment, REVENUE)
    (plant.write_mended if heal else plant.write_broken)(sandbox, utcnow())
    say(f"the files are {'mended' if heal else 'broken'}: {sandbox.joinpath(*plant.FOLDER)}")
    _run_steps(environment, "ingest", "quality", "transform")
    _say_marts(environment, before)
    if heal:
        # Rows of a file have no key by which a later load could say that they are well now.
        drop = ["include.cli", "quarantine", "drop", "--tenant", TENANT, "--stream", "till"]
        _run([*drop, "--because", "the file is mended"], environment)
    for _ in range(LOOKS):
        _run(["include.orchestration.watch", "--once"], environment)
    _run(["include.cli", "alerts", "list", *(["--all"] if heal else [])], environment, shows=True)
    got = requests.get(inbox, timeout=10).json()["messages"]
    say()
    for one in got:
        say(one["title"])
    say(f"\n{len(got)} messages, whole at {inbox}")
    return _judge(got, heal=heal)


def _run_steps(environment: Mapping[str, str], *steps: str) -> None:
    for step in steps:
        _run(["include.cli", "run", "--tenant", TENANT, "--step", step], environment)


def _say_marts(environment: Mapping[str, str], before: tuple[Any, ...]) -> None:
    """What people read, before and now, and what they are told of it."""
    now, status = _fetch(environment, REVENUE), _fetch(environment, STATUS)
    told = [f"{revenue:,.2f} of {orders} orders" for revenue, orders in (before, now)]
    say(f"marts: revenue {told[0]} before, {told[1]} now")
    stale = status[2] or "nothing is old"
    say(f"mishap_bi.data_status: as of {status[0]:%Y-%m-%d %H:%M}, score {status[1]}, {stale}\n")


def _fetch(environment: Mapping[str, str], query: str) -> tuple[Any, ...]:
    with psycopg.connect(environment["WAREHOUSE_URL"]) as connection:
        return connection.execute(query.encode()).fetchone() or ()


def _judge(got: list[dict[str, Any]], *, heal: bool) -> int:
    news = [one["news"] for one in got]
    if heal:
        say("every alert has ended" if "resolved" in news else "nothing has ended: see above")
        return 0 if "resolved" in news else 1
    say("`make mishap-heal` mends the files; the alerts end by themselves")
    return 0 if "opened" in news else 1


def _build_environment(*, anew: bool) -> tuple[dict[str, str], str]:
    """What the steps run with, and where the messages arrive.

    Args:
        anew: Forget what an earlier mishap has left in the database.
    """
    environment = run_servers_only()
    facts = load_facts()
    server = facts.state.server(facts.secrets, facts.ports.postgres)
    if anew:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"drop database if exists {DATABASE} with (force)".encode())
    postgres.run_ensure_database(server, DATABASE, WAREHOUSE_ROLE)
    inbox = f"http://{HOST}:{facts.ports.sandbox}{PATH}/{TENANT}"
    url = server.url(DATABASE, WAREHOUSE_ROLE, facts.secrets.warehouse)
    own = {
        "ELT_TENANTS_DIR": str(load_settings().root / "include" / "sandbox" / "mishap" / "tenants"),
        "WAREHOUSE_URL": url,
        "AIRFLOW_CONN_WAREHOUSE": url,
        f"AIRFLOW_CONN_{naming.alert_connection_id(TENANT).upper()}": json.dumps(
            {"conn_type": "generic", "host": inbox}
        ),
    }
    return {**environment, **own}, inbox


def _run(words: list[str], environment: Mapping[str, str], *, shows: bool = False) -> None:
    """One step; that it finds something wrong is what it is for.

    Raises:
        ConfigError: If it did not run at all.
    """
    done = subprocess.run(
        [sys.executable, "-m", *words],
        env=dict(environment),
        capture_output=not shows,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode == 2 and not shows:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise ConfigError(f"`{' '.join(words)}` did not run: {last}. Expected it to. See above.")
