"""A console over a real ledger with two tenants, and the people who knock at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.testclient import TestClient

from include.console.app import build_app
from include.console.doors import Doors
from include.console.fleet import Fleet
from include.console.people import Person
from include.core.errors import MissingSecret
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.ledger import ddl
from include.pipeline.registry import run_sync

TENANT = """
tenant: {name}
name: {title}
owner: {name}-people
feeds:
  stripe: {{start_date: 2026-01-01, schedule: hourly}}
  hooks: {{connector: webhook, start_date: 2026-01-01, options: {{verify: hmac}}}}
"""
HTML = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Rights:
    """What this person may do with DAGs of which tenants."""

    reads: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()

    def may_read(self, dag_id: str) -> bool:
        return dag_id.removeprefix("transform__") in self.reads

    def may_run(self, dag_id: str) -> bool:
        return dag_id.removeprefix("transform__") in self.runs


BOTH = frozenset({"acme", "bazaar"})
ACME, BAZAAR = frozenset({"acme"}), frozenset({"bazaar"})
PEOPLE: dict[str, Person | None] = {
    "nobody": None,
    "viewer": Person("vera", Rights(BOTH)),
    "other": Person("otto", Rights(BAZAAR, BAZAAR)),
    # Airflow would let this one at everything: the setting confines them.
    "confined": Person("carla", Rights(BOTH, BOTH), tenants=BAZAAR),
    "own": Person("olga", Rights(ACME, ACME)),
    "admin": Person("ada", Rights(BOTH, BOTH), is_admin=True),
}


class Console:
    """The app, asked as somebody."""

    def __init__(self, url: str, people: Mapping[str, Person | None] = PEOPLE) -> None:
        self.url, self.people = url, people
        self.kept: list[tuple[str, dict[str, str]]] = []
        doors = Doors(
            fetch_credentials=self._no_credentials,
            fetch_warehouse_url=lambda tenant: self.url,
            fetch_person=self._fetch_person,
            wake_drain=lambda places: None,
            fetch_platform_url=lambda: self.url,
            save_connection=self._keep,
            base_url="http://testserver",
        )
        self.fleet = Fleet(doors)
        self.app = build_app(doors, fleet=self.fleet)
        self.client = TestClient(self.app, raise_server_exceptions=False)

    def _no_credentials(self, feed: Any) -> Any:
        raise MissingSecret("none")

    def _keep(self, name: str, fields: Mapping[str, str]) -> None:
        self.kept.append((name, dict(fields)))

    async def _fetch_person(self, request: Request) -> Person | None:
        return self.people.get(request.headers.get("x-who", "nobody"))

    def ask(self, who: str, path: str, method: str = "GET", **given: Any) -> Any:
        headers = {"x-who": who, **given.pop("headers", {})}
        return self.client.request(method, path, headers=headers, follow_redirects=False, **given)

    def query(self, text: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(text.encode()).fetchall()

    def forget_changes(self) -> None:
        """Registry, loads and quarantine as `write_world` left them."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for table in ("feeds", "tenants"):
                connection.execute(f"alter table elt_ops.{table} disable trigger user".encode())
            connection.execute("delete from elt_ops.feeds where feed <> 'inbox' or version > 2")
            connection.execute("delete from elt_ops.tenants")
            # What a replay has written: the world has six loads and seven records.
            connection.execute("delete from elt_ops.loads where load_id > 6")
            connection.execute("delete from elt_ops.quarantine where quarantine_id > 7")
            connection.execute(
                "insert into elt_ops.service_tokens (token_id, tenant, name, scope, digest, "
                "made_by) overriding system value values (9000, 'acme', 'x', 'read', 'x', 'ada') "
                "on conflict (token_id) do update set revoked_at = null"
            )
            for statement in _ORGANISATION:
                connection.execute(statement.encode())
            for table in ("feeds", "tenants"):
                connection.execute(f"alter table elt_ops.{table} enable trigger user".encode())
            run_sync(connection)
        self.fleet.access.forget()
        for tenant in ("acme", "corner"):
            self.fleet.reread_tenant(tenant)


def write_world(url: str, folder: Path, *, registered: bool = False) -> None:
    """Two tenants' files, and a ledger that knows something of each of acme's lists."""
    for name in ("acme", "bazaar"):
        (folder / f"{name}.yaml").write_text(TENANT.format(name=name, title=name.title()))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema if exists elt_ops cascade")
        connection.execute("drop schema if exists acme_id cascade")
        ddl.run_migrations(connection)
        for name in ("acme", "bazaar"):
            run_ensure_schemas(connection, name, [f"{name}_mart"], tenant_roles=True)
        for statement in (*_STATEMENTS, *(_REGISTERED if registered else ()), *_ORGANISATION):
            connection.execute(statement.encode())
        run_sync(connection)


HMAC = '{"verify": "hmac"}'
_STATEMENTS = (
    *(
        f"""insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, run_id, read,
        inserted, unchanged, quarantined, started_at, finished_at, error_class, error_message)
        values ('{tenant}', 'stripe', 'stripe', '{stream}', 'scheduled', '{state}', 'run_{n}', 10,
        7, 2, 1, now() - interval '1 hour', now() - interval '50 minutes', {error}, {error})"""
        for tenant in ("acme", "bazaar")
        for n, (stream, state, error) in enumerate(
            [
                ("charges", "loaded", "null"),
                ("customers", "loaded", "null"),
                ("refunds", "failed", f"'Odd{HTML}'"),
            ]
        )
    ),
    f"""insert into elt_ops.quarantine (tenant, feed, stream, fingerprint, record_key, reason,
    detail, payload, first_seen, last_seen, load_id)
    select 'acme', 'stripe', 'charges', 'f' || n, 'id={HTML}' || n, 'unparsable', 'amount {HTML}',
    '{{"secret": "{HTML}"}}', now(), now(), 1 from generate_series(1, 7) as n""",
    f"""insert into elt_ops.schema_changes (tenant, feed, stream, table_name, column_name, change,
    new_type, load_id, noticed_at)
    values ('acme', 'stripe', 'charges', 'charges', '{HTML}', 'added', 'text', 1, now())""",
    f"""insert into elt_ops.check_results (tenant, feed, stream, layer, check_name, severity, state,
    bad_rows, sample, message, checked_at)
    values ('acme', 'stripe', 'charges', 'raw', 'adds_up', 'error', 'failed', 3, '["a{HTML}"]',
    '{HTML}', now())""",
    """insert into elt_ops.scores (tenant, feed, layer, score, checks, failed, scored_at)
    values ('acme', 'stripe', 'raw', 91.5, 10, 1, now())""",
    f"""insert into elt_ops.alerts (fingerprint, tenant, feed, stream, error_class, message,
    first_at, last_at) select 'f' || n, 'acme', 'stripe', 'refunds', 'Odd', '{HTML}', now(), now()
    from generate_series(1, 2) as n""",
    """insert into elt_ops.cursors (tenant, feed, stream, value, load_id)
    values ('acme', 'stripe', 'charges', '2026-06-01T00:00:00Z', 1)""",
    """insert into elt_ops.daily_metrics (tenant, layer, feed, stream, metric, day, value)
    values ('acme', 'raw', 'stripe', 'charges', 'rows', current_date, 12)""",
    # As `run_ensure_own_tables` leaves it.
    "create schema acme_id",
    "grant usage on schema acme_id to elt_acme",
    "alter default privileges in schema acme_id grant select on tables to elt_acme",
    """create table acme_id.pairs (kind text, left_id text, right_id text, score double precision,
    band text, decided_by text, evidence text)""",
    """create table acme_id.overrides (override_id text primary key, kind text, left_id text,
    right_id text, verdict text, who text, at timestamptz, why text, origin text,
    is_active boolean)""",
    f"""insert into acme_id.pairs values
    ('people', 'shop:a:1', 'crm:a:1', 0.8, 'review', 'model', 'same name {HTML}'),
    ('people', 'shop:a:2', 'crm:a:2', 0.7, 'review', 'model', 'same city'),
    ('people', 'shop:a:3', 'crm:a:3', 0.99, 'accept', 'model', 'same e-mail')""",
)
# One without tenants, of which nobody who knocks is a member: nobody's view changes by it.
_ORGANISATION = (
    "delete from elt_ops.organisations",
    "insert into elt_ops.organisations (org, name, who) values ('north', 'North', 'ada')",
    """insert into elt_ops.members (org, who, role, invited_by)
    values ('north', 'nina', 'admin', 'ada')""",
    """insert into elt_ops.invitations (invitation_id, org, role, note, digest, made_by, expires_at)
    overriding system value
    values (9000, 'north', 'viewer', '', 'x', 'ada', now() + interval '1 day')""",
)
# A feed of acme that was made here, once changed.
_REGISTERED = tuple(
    f"""insert into elt_ops.feeds (tenant, feed, version, who, spec)
        values ('acme', 'inbox', {n}, 'ada',
        '{{"connector": "webhook", "start_date": "2026-0{n}-01", "options": {HMAC}}}')"""
    for n in (1, 2)
)
