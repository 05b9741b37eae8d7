"""Checks declared by parameter, of a feed or of a tenant's dbt tables, made ready to run.

Data flow: connector.yaml and tenant file + the catalogue's columns -> rules -> `Ready`. What cannot
run is not left out: it is skipped while its table is not there, else broken with the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from include.config.blocks.checks import CheckSpec
from include.config.models import Feed, Tenant
from include.core import naming
from include.quality.check import Check, CheckOutcome, Dimension, Origin, Severity
from include.quality.discover import LAYERS
from include.quality.execute import BoundCheck, build_broken, build_skipped
from include.quality.generic.build import build_rule, build_why, find_fault
from include.quality.generic.rule import Asked, RowRule
from include.quality.generic.target import Target
from include.quality.scan import RowCheck

Columns = Mapping[tuple[str, str], Mapping[str, str]]
Keys = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Catalogue:
    """What is there.

    Attributes:
        columns: (schema, table) -> column -> type.
        newest_loads: (feed, stream) -> last scheduled load that wrote rows.
        now: The instant freshness is measured against.
        layers: Layer of dbt -> its schema, where it is not the one people read.
    """

    tenant: Tenant
    columns: Columns
    newest_loads: Mapping[tuple[str, str], int] = field(default_factory=dict)
    now: datetime | None = None
    layers: Mapping[str, str] = field(default_factory=dict)

    def find(self, owner: str, table: str) -> Target | None:
        """A feed's table, or one of dbt's by its layer; None when it does not exist."""
        feed = next((one for one in self.tenant.feeds if one.name == owner), None)
        if feed is not None:
            return self._find_raw(feed, table)
        schema = self.layers.get(owner) or naming.dbt_schema(self.tenant.id, owner)
        columns = self.columns.get((schema, table))
        if columns is None:
            return None
        ids = tuple(name for name in columns if name.endswith(("_id", "_key")))[:1]
        return Target(schema, table, columns, ids, now=self.now)

    def _find_raw(self, feed: Feed, table: str) -> Target | None:
        columns = self.columns.get((feed.raw_schema, table))
        if columns is None:
            return None
        stream = feed.streams.get(table)
        key = stream.primary_key if stream else _child_key(columns)
        return Target(
            feed.raw_schema,
            table,
            columns,
            key,
            feed=feed.name,
            newest_load=self.newest_loads.get((feed.name, table)),
            lookback_h=stream.lookback_h if stream else 0.0,
            money=stream.money if stream else None,
            now=self.now,
        )


def _child_key(columns: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in columns if name.startswith("_parent_") or name == "_position")


@dataclass
class Ready:
    """Checks by how they run.

    Attributes:
        rows: Conditions, by table; a table that has other checks is there with none.
        selects: Whole selects.
        settled: Outcomes of those that do not run.
    """

    rows: dict[Target, list[RowCheck]] = field(default_factory=dict)
    selects: list[BoundCheck] = field(default_factory=list)
    settled: list[CheckOutcome] = field(default_factory=list)


def build_feed_checks(feed: Feed, catalogue: Catalogue, streams: Iterable[str]) -> Ready:
    """What connector.yaml and the tenant file ask of these streams of a feed."""
    ready = Ready()
    for stream in streams:
        declared = feed.streams.get(stream)
        for spec in declared.all_checks if declared else ():
            _add(ready, spec, (feed.name, stream), catalogue)
        tables = {stream, *(naming.child_table(stream, c) for c in _children(feed, stream))}
        for check in feed.tenant.checks:
            owner, table = check.table.split(".")
            if owner == feed.name and table in tables:
                _add(ready, check, (owner, table), catalogue)
    return ready


def build_mart_checks(catalogue: Catalogue) -> Ready:
    """What the tenant file asks of dbt's tables."""
    ready = Ready()
    feeds = {feed.name for feed in catalogue.tenant.feeds}
    for check in catalogue.tenant.checks:
        owner, table = check.table.split(".")
        if owner in LAYERS and owner not in feeds:
            _add(ready, check, (owner, table), catalogue)
    return ready


def _children(feed: Feed, stream: str) -> Iterable[str]:
    declared = feed.streams.get(stream)
    return declared.children if declared else ()


def _add(ready: Ready, spec: CheckSpec, place: tuple[str, str], catalogue: Catalogue) -> None:
    owner, table = place
    check = Check(
        spec.title,
        Severity(spec.severity),
        "",
        spec.why,
        stream=table,
        dimension=Dimension(spec.dimension),
        origin=Origin.DECLARED,
        allowed=0.0 if spec.check in ("sudden_nulls", "mixed") else spec.at_most,
    )
    target = catalogue.find(owner, table)
    if target is None:
        ready.settled.append(build_skipped(check, f"there is no table `{owner}.{table}` yet"))
        return
    asked = _build_asked(spec, owner, target, catalogue)
    check = replace(check, why=build_why(asked))
    fault = find_fault(asked)
    if fault:
        ready.settled.append(build_broken(check, fault))
        return
    rule = build_rule(asked)
    rows = ready.rows.setdefault(target, [])
    if isinstance(rule, RowRule):
        condition = replace(check, sql=rule.condition)
        rows.append(RowCheck(condition, target, rule.values, spec.key, spec.money))
        return
    values = {"feed": target.feed, **rule.values}
    whole = replace(check, sql=rule.sql, is_whole=rule.is_whole, says_share=rule.says_share)
    table = (target.schema, target.table)
    ready.selects.append(BoundCheck(whole, {}, values, table, rule.total))


def _build_asked(spec: CheckSpec, owner: str, target: Target, catalogue: Catalogue) -> Asked:
    if not spec.to:
        return Asked(spec, target)
    parts = spec.to.split(".")
    column = None if spec.check == "row_count" else parts.pop()
    other_owner, other_table = parts if len(parts) == 2 else (owner, ".".join(parts))
    return Asked(spec, target, catalogue.find(other_owner, other_table), column)
