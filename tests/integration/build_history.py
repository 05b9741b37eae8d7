"""Random lives of a tenant whose marts are built by plan, each build held against a full one.

The shop sells, loads bring it (swept, deleted late, quarantined), people edit the project, change
the tenant's file, declare columns, erase a person, days pass, builds fail or are killed. After
every planned build that ends well, everything is built again without a plan; nothing may differ.
"""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from psycopg import sql

from include.config.connector_spec import Connector
from include.config.credentials import Credentials
from include.config.models import Tenant
from include.config.settings import load_settings
from include.core import clock
from include.core.errors import TransformError
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.dbt import transform
from include.pipeline.dbt.build import run_dbt_build
from include.pipeline.dbt.manifest import run_build_manifest
from include.pipeline.dbt.publish import run_publish
from include.pipeline.forget.person import build_person
from include.pipeline.forget.run import run_forget
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.integration.build_project import write_edit, write_project
from tests.integration.changing_shop import IDS, SHOP, STOCK, STREAMS, Shop, ShopSource
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed

LAYERS = ("int", "mart", "snap")
# Not `dbt`: the manifest, in `<state>/dbt`, would be a file of the project that it is made of.
PROJECT = "project"
CREDENTIALS = Credentials("testco__feed")
# Often what happens often.
CHANGES = ("sell",) * 8 + ("delete",) * 3 + (
    "spoil", "edit", "edit_unseen", "variable", "concepts", "next_day", "declare", "forget",
    "kill_before_record", "kill_in_the_middle", "fail",
)  # fmt: skip


class Killed(BaseException):
    """The process is gone: not even an `except` of ours runs."""


@dataclass
class Platform:
    """What `run_build_manifest` reads of a platform."""

    connectors: dict[str, Connector]


class PersonalSource(ShopSource):
    """The shop's records with whose they are and what was remarked."""

    def read(self, *arguments: Any, **named: Any) -> Any:
        for page in super().read(*arguments, **named):
            for record in page.records:
                record["email"] = f"person{record['id']}@mail.example"
                record["note"] = f"note {record['amount']}"
            yield page


def build_spec(*, noted: bool) -> Connector:
    """The shop's connector; `noted`: it declares the field `note` that comes anyway."""
    streams = {}
    for name, stream in SHOP["streams"].items():
        columns = {**stream["columns"], "email": {"type": "text", "pii": True}}
        streams[name] = {**stream, "columns": columns | ({"note": "text"} if noted else {})}
    return Connector.model_validate({**SHOP, "streams": streams})


class BuildHistory:
    """One life, decided by its seed.

    Attributes:
        done: Kind of change -> how many there were.
        planned: What planned builds were about, in words; the full ones left out.
    """

    def __init__(self, url: str, folder: Path, seed: int) -> None:
        self.draw = random.Random(seed)
        self.url, self.folder = url, folder
        self.warehouse = Warehouse(url, tenant_roles=False)
        self.shop = Shop(datetime.now(UTC).replace(microsecond=0))
        self.source = PersonalSource(self.shop)
        self.days, self.edits = 0, 0
        self.spec = build_spec(noted=False)
        self.words: dict[str, Any] = {"currency": "USD", "timezone": "UTC"}
        self.trusted: tuple[str, ...] = ()
        self.done: Counter[str] = Counter()
        self.planned: list[str] = []
        write_project(folder / PROJECT)
        self._parse()
        for stream in STREAMS:
            for number in list(IDS)[:4]:
                self.shop.put(stream, number)
            self._load(stream, RunKind.SCHEDULED)

    @property
    def tenant(self) -> Tenant:
        feed = build_feed(self.spec)
        spec = feed.tenant.spec.model_copy(update=self.words)
        tenant = replace(feed.tenant, spec=spec)
        return replace(tenant, feeds=(replace(feed, tenant=tenant, concepts=self.trusted),))

    @property
    def today(self) -> datetime:
        return self.shop.now + timedelta(days=self.days)

    def run(self, changes: int) -> None:
        """So many changes, one to three of them between two builds."""
        self.build()
        # Alone, so that every life has at least one build that is planned as a part.
        self.done["sell"] += 1
        self.sell()
        self.build()
        while self.done.total() < changes:
            for _ in range(self.draw.choice((1, 1, 2, 3))):
                change = self.draw.choice(CHANGES)
                self.done[change] += 1
                getattr(self, change)()
            self.build()

    def sell(self) -> None:
        """Inserts and updates, seen by the next load or, for some streams, not at once."""
        stream = self.draw.choice(STREAMS)
        for _ in range(self.draw.randint(1, 3)):
            self.shop.put(stream, self.draw.choice(IDS))
        if self.draw.random() < 0.8:
            self._load(stream, RunKind.SCHEDULED)

    def delete(self) -> None:
        """Gone at the source: told by a tombstone, a whole read, or a sweep that comes late."""
        stream = self.draw.choice(STREAMS)
        self.shop.delete(stream, self.draw.choice(IDS))
        self._load(stream, self.draw.choice((RunKind.SCHEDULED, RunKind.SWEEP)))

    def spoil(self) -> None:
        stream = self.draw.choice(STREAMS)
        self.shop.spoil(stream, self.draw.choice(IDS))
        self._load(stream, RunKind.SCHEDULED)

    def edit(self) -> None:
        """Changed code, and the manifest is made anew as `make manifest` does."""
        self.edit_unseen()
        self._parse()

    def edit_unseen(self) -> None:
        """Changed code, and nobody has made the manifest anew."""
        self.edits += 1
        write_edit(self.folder / PROJECT, self.edits)

    def variable(self) -> None:
        self.words["currency"] = self.draw.choice(("USD", "EUR", "JPY"))
        self.words["timezone"] = self.draw.choice(("UTC", "America/Denver", "Asia/Tokyo"))

    def concepts(self) -> None:
        """The tenant's file overrides which concepts its feed is trusted with."""
        self.trusted = self.draw.choice(((), ("orders",), ("orders", "products")))

    def next_day(self) -> None:
        self.days += 1

    def declare(self) -> None:
        """The connector declares a field that came all along: rows are filled back by a load."""
        self.spec = build_spec(noted=True)
        for stream in STREAMS:
            self._load(stream, RunKind.SCHEDULED)

    def forget(self) -> None:
        person = build_person([f"person{self.draw.choice(IDS)}@mail.example"], [], None)
        run_forget(self.tenant, person, self.warehouse)

    def kill_before_record(self) -> None:
        """A build is killed when all is built and nothing yet remembered."""
        self.sell()
        with mock.patch.object(transform, "run_record_build", side_effect=Killed):
            self._run_badly()

    def kill_in_the_middle(self) -> None:
        """A build is killed when some of its models are built."""
        self.sell()

        def build(
            tenant: Tenant, warehouse: Warehouse, *, select: Any, part: Any, **_: Any
        ) -> None:
            run_dbt_build(tenant, warehouse, select=tuple(select)[:2], part=part)
            raise Killed

        with mock.patch.object(transform, "run_dbt_build", build):
            self._run_badly()

    def fail(self) -> None:
        """A model fails on what came; it is mended at the source a build later."""
        number = self.draw.choice(IDS)
        self.shop.amounts += 16 - self.shop.amounts % 17
        self.shop.put(STOCK, number)
        self._load(STOCK, RunKind.SCHEDULED)
        assert self._run_badly(), "a share of nothing"

    def build(self) -> None:
        """Build by plan, then all of it without one; whole contents may not differ."""
        self._mend()
        plan = self._run_planned()
        found = self.contents()
        with mock.patch.dict("os.environ", {"ELT_DBT_TODAY": f"{self.today:%Y-%m-%d}"}):
            run_dbt_build(self.tenant, self.warehouse)
        wanted = self.contents()
        differ = sorted(name for name in wanted if found.get(name) != wanted[name])
        assert found.keys() == wanted.keys() and not differ, (
            f"{differ} differ from a full build after {dict(self.done)}; the plan was: {plan}"
        )

    def contents(self, layers: tuple[str, ...] = LAYERS) -> dict[str, list[str]]:
        """Table -> its rows as sorted JSON, of all layers but the views of staging."""
        found = {}
        with psycopg.connect(self.url) as connection:
            schemas = [f"{self.tenant.id}_{layer}" for layer in layers]
            tables = connection.execute(
                "select schemaname, tablename from pg_tables where schemaname = any(%s)", [schemas]
            ).fetchall()
            for place in tables:
                query = sql.SQL("select to_jsonb(t)::text from {} as t order by 1")
                rows = connection.execute(query.format(sql.Identifier(*place))).fetchall()
                found[".".join(place)] = [row[0] for row in rows]
        return found

    def _run_planned(self) -> str:
        tenant = self.tenant
        with (
            clock.frozen(self.today),
            mock.patch.dict("os.environ", {"ELT_DBT_TODAY": f"{self.today:%Y-%m-%d}"}),
        ):
            plan = transform.fetch_plan(tenant, self.warehouse, load_settings())
            if plan.nodes is not None:
                self.planned.append(plan.reason)
            transform.run_planned_build(tenant, self.warehouse, plan)
            run_publish(tenant, self.warehouse)
        with psycopg.connect(self.url) as connection:
            connection.execute("update elt_ops.dbt_builds set built_at = %s", [self.today])
        return plan.reason

    def _run_badly(self) -> bool:
        """A planned build that may end badly; True when it did, and no mart has changed."""
        before = self.contents(("mart",))
        try:
            self._run_planned()
        except (Killed, TransformError):
            assert self.contents(("mart",)) == before, "a build that ended badly was published"
            return True
        return False

    def _mend(self) -> None:
        """What a model would fail on is changed at the source."""
        for number, (_, amount) in sorted(self.shop.live[STOCK].items()):
            if amount % 17 == 0 or (STOCK, number) in self.shop.bad:
                self.shop.put(STOCK, number)
                while self.shop.live[STOCK][number][1] % 17 == 0:
                    self.shop.put(STOCK, number)
        self._load(STOCK, RunKind.SCHEDULED)

    def _load(self, stream: str, kind: RunKind) -> None:
        self.shop.now += timedelta(seconds=1)
        if kind is RunKind.SWEEP and stream != "orders":
            kind = RunKind.SCHEDULED
        [feed] = self.tenant.feeds
        with clock.frozen(self.shop.now):
            run_stream_load(
                LoadRequest(feed, kind, (stream,), may_shrink=True),
                build_environment(self.warehouse, CREDENTIALS),
                self.source,
            )

    def _parse(self) -> None:
        run_build_manifest(Platform({"shopapi": self.spec}), load_settings())  # type: ignore[arg-type]
