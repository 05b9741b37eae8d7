"""What a warehouse says of a world: who is who, pairs with their evidence, revenue by month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from include.config.settings import load_settings
from include.config.yaml_file import load_yaml
from include.core import naming
from include.identity.settings import Kind
from tests.truth.agreement import Agreement, EvidenceTable, JudgedPair, measure_agreement
from tests.truth.attribution import build_attribution_rows
from tests.truth.revenue import build_deal_rows, build_fold_rows, has_table
from tests.truth.row import ALL, TruthRow, build_agreement_rows, build_difference_row
from tests.truth.touches import build_touch_rows
from tests.truth.worth import build_worth_rows

Connection = psycopg.Connection[Any]
ENTITY_COLUMNS: dict[Kind, str] = {
    "people": "person_id",
    "companies": "company_id",
    "products": "product_id",
}
# Source of the truth -> connectors of the marts that may stand for its sales, where they are not
# called alike.
CONNECTORS_OF = {"quickbooks": ["quickbooks", "quickbooks_csv"]}
# Amounts whose day the source does not know: the export has no refunds, only sales with the state
# `refunded` and the time of their last change. They are compared as a whole.
UNDATED = {"ecommerce_csv": ("refunds", "net")}
# The truth's amounts that every source's marts know -> column.
AMOUNTS = {
    "total": "total_amount",
    "refunds": "refund_amount",
    "disputes": "dispute_amount",
    "net": "kept_amount",
}


@dataclass
class TruthReport:
    """Rows for the file, and the evidence by kind for the table."""

    rows: list[TruthRow] = field(default_factory=list)
    evidence: dict[Kind, EvidenceTable] = field(default_factory=dict)


def build_report(connection: Connection, truth: Mapping[str, Any]) -> TruthReport:
    """Compare the warehouse of a demo with its truth; tenants that are not there are left out."""
    report = TruthReport()
    testers = frozenset(party for party, entry in truth["identities"].items() if entry["is_test"])
    for kind in ENTITY_COLUMNS:
        _add_kind(connection, kind, truth, testers, report)
    for tenant, sources in truth["revenue"].items():
        if has_table(connection, naming.dbt_schema(tenant, "mart"), "fct_revenue_daily"):
            for source, known in sources.items():
                report.rows += build_money_rows(connection, tenant, source, known)
    report.rows += build_fold_rows(connection, truth) + build_deal_rows(connection, truth)
    report.rows += build_attribution_rows(connection, truth["revenue"])
    zones = load_zones(truth["revenue"])
    report.rows += build_touch_rows(connection, truth, zones)
    report.rows += build_worth_rows(connection, truth, zones)
    return report


def load_zones(tenants: Iterable[str]) -> dict[str, str]:
    """Tenant of the demo -> its time zone, as its file says."""
    folder = load_settings().root / "include" / "sandbox" / "tenants"
    return {
        tenant: str(load_yaml(folder / f"{tenant}.yaml").data["timezone"]) for tenant in tenants
    }


def _add_kind(
    connection: Connection,
    kind: Kind,
    truth: Mapping[str, Any],
    testers: frozenset[str],
    report: TruthReport,
) -> None:
    known = truth["items"] if kind == "products" else truth["people"]
    total, table = Agreement(), EvidenceTable()
    for tenant, records in known.items():
        answer = fetch_answer(connection, tenant, kind)
        if not answer:
            continue
        records = {**records, **fetch_callers(connection, tenant, records)}
        found = measure_agreement(answer, records, testers)
        report.rows += build_agreement_rows(tenant, kind, found)
        total += found
        plain = {record: one for record, one in records.items() if one not in testers}
        table.add(fetch_pairs(connection, tenant, kind), answer, plain)
    report.rows += build_agreement_rows(ALL, kind, total)
    report.evidence[kind] = table


def fetch_answer(connection: Connection, tenant: str, kind: Kind) -> dict[str, str]:
    """Record -> entity, as identity resolution left it; empty where it never ran."""
    schema = naming.identity_schema(tenant)
    if not has_table(connection, schema, kind):
        return {}
    query = sql.SQL("select record_id, {} from {}").format(
        sql.Identifier(ENTITY_COLUMNS[kind]), sql.Identifier(schema, kind)
    )
    return dict(connection.execute(query).fetchall())


def fetch_callers(connection: Connection, tenant: str, known: Mapping[str, str]) -> dict[str, str]:
    """The truth of CallRail's people: it knows calls and forms, the marts have callers by number.

    A number that several people called from is nobody's.
    """
    schema = naming.raw_schema(tenant, "callrail")
    found: dict[str, set[str]] = {}
    for table, word, column in (
        ("calls", "caller", "customer_phone_number"),
        ("form_submissions", "form", "id"),
    ):
        if not has_table(connection, schema, table):
            continue
        query = sql.SQL("select _feed, id, {} from {}").format(
            sql.Identifier(column), sql.Identifier(schema, table)
        )
        for feed, one, name in connection.execute(query).fetchall():
            party = known.get(f"callrail:{feed}:{one}")
            if party is not None:
                found.setdefault(f"callrail:{feed}:{word} {name}", set()).add(party)
    return {record: party for record, (party, *others) in found.items() if not others}


def fetch_pairs(connection: Connection, tenant: str, kind: Kind) -> list[JudgedPair]:
    query = sql.SQL(
        "select left_id, right_id, coalesce(decided_by, ''), coalesce(evidence, '') "
        "from {} where kind = %s"
    ).format(sql.Identifier(naming.identity_schema(tenant), "pairs"))
    return [JudgedPair(*row) for row in connection.execute(query, [kind]).fetchall()]


def build_money_rows(
    connection: Connection, tenant: str, source: str, known: Mapping[str, Any]
) -> list[TruthRow]:
    """Marts minus truth of one source: a row for the whole, and one for each month that differs."""
    sums = ", ".join(f"coalesce(sum({column}), 0) * 100" for column in AMOUNTS.values())
    query = sql.SQL(
        "select to_char(revenue_on, 'YYYY-MM'), " + sums + " from {} "
        "where source_connector = any(%s) group by 1"
    ).format(sql.Identifier(naming.dbt_schema(tenant, "mart"), "fct_revenue_daily"))
    found = {
        month: dict(zip(AMOUNTS, values, strict=True))
        for month, *values in connection.execute(
            query, [CONNECTORS_OF.get(source, [source])]
        ).fetchall()
    }
    months = known["month_local"]
    apart = {
        month: sum(
            abs(int(found.get(month, {}).get(name, 0)) - int(months.get(month, {}).get(name, 0)))
            for name in AMOUNTS
            if name not in UNDATED.get(source, ())
        )
        for month in sorted(found.keys() | months.keys())
    }
    whole = sum(
        abs(sum(int(cell.get(name, 0)) for cell in found.values()) - int(known["total"][name]))
        for name in AMOUNTS
    )
    rows = [build_difference_row(tenant, f"revenue {source}: cents apart", whole)]
    rows += [
        build_difference_row(tenant, f"revenue {source} {month}: cents apart", cents)
        for month, cents in apart.items()
        if cents
    ]
    return rows
