"""Scheduled work while machines fall, and the account of it afterwards."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from include.config.settings import ROOT
from include.core import naming
from tests.storm import told
from tests.storm.celery_stack import REDIS, REFUSED, TENANTS, WATCH, CeleryStack, wait_for

VICTIMS = (
    *("worker-1", "worker-2", "worker-1", "worker-2"),
    *("scheduler-1", "scheduler-2", "dag-processor", "triggerer", REDIS, "postgresql", WATCH),
)
DOWN_S = (1, 12)
BETWEEN_S = (8, 25)
QUIET_S = 900
STAYS_S = 10


@dataclass
class Account:
    """What a storm did and left behind; `faults` is empty when all is well."""

    kills: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    loads: int = 0
    rows: int = 0
    messages: int = 0
    repeated: int = 0
    quiet_after_s: float = 0.0
    faults: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [
            f"killed: {', '.join(f'{name} {count}' for name, count in sorted(self.kills.items()))}",
            f"runs: {dict(self.runs)}; loads {self.loads}, rows {self.rows}",
            f"alerts: {self.messages} messages, {self.repeated} of them came twice under their id",
            f"quiet {self.quiet_after_s:.0f} s after the last blow",
            *(f"FAULT: {fault}" for fault in self.faults),
        ]


def run_storm(stack: CeleryStack, minutes: float, seed: int, say: Callable[[str], None]) -> Account:
    """Unpause, let businesses go on and things fall for so long, then wait for quiet and count."""
    dice, account = random.Random(seed), Account()
    told.run_refuse(stack)
    for dag_id in _feeds():
        wait_for(f"`{dag_id}` appears", lambda d=dag_id: stack.api.dag(d))
        stack.api.unpause(dag_id)
    transform = naming.transform_dag_id("corner")
    wait_for(f"`{transform}` appears", lambda: stack.api.dag(transform))
    stack.api.unpause(transform)
    wait_for("a first load", lambda: stack.rows("select 1 from elt_ops.loads limit 1"), 420)
    with stack.kept_alive():
        _blow(stack, minutes, dice, account, say)
        last = time.monotonic()
        _wait_for_quiet(stack)
        account.quiet_after_s = time.monotonic() - last
        _count(stack, account)
    return account


def _blow(
    stack: CeleryStack,
    minutes: float,
    dice: random.Random,
    account: Account,
    say: Callable[[str], None],
) -> None:
    """Businesses go on, and something falls every so often and is back soon."""
    ends = time.monotonic() + 60 * minutes
    while time.monotonic() < ends:
        for tenant in TENANTS:
            stack.advance(tenant, dice.randint(1, 5))
        time.sleep(dice.uniform(*BETWEEN_S))
        victim = dice.choice(VICTIMS)
        say(f"kill {victim}")
        stack.kill(victim)
        account.kills[victim] += 1
        time.sleep(dice.uniform(*DOWN_S))
        stack.start(victim)


def _wait_for_quiet(stack: CeleryStack) -> None:
    """No new runs, and every run that was under way has ended, by the machinery's own doing."""
    wait_for("the API answers", stack.api.is_healthy)
    told.run_let_in(stack)
    _settle(stack)
    active = "select count(*) from dag_run where state in ('queued', 'running')"
    wait_for("no run is stuck", lambda: stack.metadata(active)[0][0] == 0, QUIET_S)
    told.run_wait_until_told(stack, QUIET_S)


def _settle(stack: CeleryStack) -> None:
    """One more run of each feed that began after the last change, then no more are due."""
    before = {name: _newest(stack, name) for name in _feeds()}
    for dag_id in _feeds():
        wait_for(
            f"a good run of {dag_id} after the storm",
            lambda d=dag_id: _newest(stack, d) > before[d] + 1,
            QUIET_S,
        )
        wait_for(f"{dag_id} rests", lambda d=dag_id: _is_put_to_rest(stack, d), QUIET_S)


def _is_put_to_rest(stack: CeleryStack, dag_id: str) -> bool:
    """Paused with no run under way: a paused DAG's run would wait for ever, by Airflow's rules."""
    query = "select count(*) from dag_run where dag_id = %s and state in ('queued', 'running')"
    if stack.metadata(query, dag_id)[0][0]:
        return False
    stack.api.call("PATCH", f"/dags/{dag_id}", json={"is_paused": True})
    if stack.metadata(query, dag_id)[0][0] == 0:
        return True
    stack.api.unpause(dag_id)
    return False


def _feeds() -> list[str]:
    feeds = [(tenant, feed) for tenant, (_, feed, _) in TENANTS.items()]
    return [naming.ingest_dag_id(*one) for one in (*feeds, REFUSED[:2])]


def _newest(stack: CeleryStack, dag_id: str) -> int:
    """How many runs have ended well."""
    query = "select count(*) from dag_run where dag_id = %s and state = 'success'"
    return int(stack.metadata(query, dag_id)[0][0])


def _count(stack: CeleryStack, account: Account) -> None:
    states = "select state, count(*) from dag_run where dag_id like 'ingest%%' group by state"
    account.runs.update(dict(stack.metadata(states)))
    [(account.loads, account.rows)] = stack.rows(
        "select count(*), coalesce(sum(inserted + updated), 0)::bigint from elt_ops.loads"
    )
    faults = account.faults
    stuck = stack.metadata(
        "select dag_id, task_id, run_id, state from task_instance where state in "
        "('running', 'queued', 'scheduled', 'restarting', 'up_for_retry')"
    )
    faults += [f"task is stuck: {one}" for one in stuck]
    unbalanced = stack.rows(
        "select load_id, tenant, stream from elt_ops.loads where state = 'loaded' and read <> "
        "inserted + updated + unchanged + quarantined + filtered"
    )
    faults += [f"books do not balance: load {one}" for one in unbalanced]
    faults += [f"lock is left: {one}" for one in _left_locks(stack)]
    for tenant in TENANTS:
        faults += _compare(stack, tenant)
    account.messages, account.repeated, wrong = told.find_alert_faults(stack)
    faults += wrong
    faults += _read_all_again(stack)


def _left_locks(stack: CeleryStack) -> list[tuple[Any, ...]]:
    """Locks of loads that outlive them; who looks after alerts takes some for a moment."""
    query = (
        "select pid, classid, objid from pg_locks where locktype = 'advisory' and database = "
        "(select oid from pg_database where datname = current_database())"
    )
    held = set(stack.rows(query))
    if held:
        time.sleep(STAYS_S)
    return sorted(held & set(stack.rows(query))) if held else []


def _compare(stack: CeleryStack, tenant: str) -> list[str]:
    """Keys and amounts at the source, asked page by page here, against the raw tables."""
    schema = naming.raw_schema(tenant, "stripe")
    faults: list[str] = []
    for stream, value in (("charges", "amount"), ("customers", "email"), ("refunds", "amount")):
        there = _fetch_source(stack, tenant, stream, value)
        query = f"select id, {value}::text from {schema}.{stream} where _deleted_at is null"
        rows = stack.rows(query)
        here = dict(rows)
        if len(here) != len(rows):
            faults.append(f"{tenant}/{stream}: {len(rows) - len(here)} rows are double")
        lost, extra = there.keys() - here.keys(), here.keys() - there.keys()
        wrong = sum(1 for key in there.keys() & here.keys() if there[key] != here[key])
        if lost or extra or wrong or not there:
            told = f"{len(lost)} lost, {len(extra)} too many, {wrong} other of {len(there)}"
            faults.append(f"{tenant}/{stream}: {told}")
    return faults


def _fetch_source(stack: CeleryStack, tenant: str, stream: str, value: str) -> dict[str, Any]:
    connection = json.loads(stack.environment[f"AIRFLOW_CONN_{tenant.upper()}__STRIPE"])
    headers = {"Authorization": f"Bearer {connection['password']}"}
    found: dict[str, Any] = {}
    after: dict[str, str] = {}
    while True:
        answer = requests.get(
            f"{connection['host']}/v1/{stream}",
            params={"limit": "100", **after},
            headers=headers,
            timeout=60,
        )
        answer.raise_for_status()
        page = answer.json()
        for record in page["data"]:
            found[record["id"]] = None if record[value] is None else str(record[value])
        if not page["has_more"]:
            return found
        after = {"starting_after": page["data"][-1]["id"]}


def _read_all_again(stack: CeleryStack) -> list[str]:
    """Everything from the start once more: what it brings that was not there had been missed."""
    before = _snapshot(stack)
    for tenant in TENANTS:
        command = [sys.executable, "-m", "include.cli", "run", "--tenant", tenant]
        command += ["--step", "ingest", "--from", "2025-01-01"]
        done = subprocess.run(
            command, cwd=ROOT, env=stack.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return [f"{tenant}: reading again ended with {done.returncode}: {done.stderr[-500:]}"]
    missed = sorted(key for key, row in _snapshot(stack).items() if before.get(key) != row)
    return [f"reading all again brought {key}" for key in missed]


def _snapshot(stack: CeleryStack) -> dict[tuple[str, str, str], str]:
    """(tenant, stream, id) -> the row, less its lineage and less what the made-up vendor derives.

    It shows a charge with its customer's address of today; Stripe keeps the one of the day.
    """
    left_out = ["_load_id", "_loaded_at", "_extra", "receipt_email"]
    left_out += ["billing_email", "billing_name", "billing_postal_code", "billing_country"]
    found: dict[tuple[str, str, str], str] = {}
    for tenant, (_, _, streams) in TENANTS.items():
        for stream in streams.split(", "):
            table = f"{naming.raw_schema(tenant, 'stripe')}.{stream}"
            query = f"select id, (to_jsonb(t) - %s::text[])::text from {table} t"
            for key, text in stack.rows(query, left_out):
                found[tenant, stream, key] = text
    return found
