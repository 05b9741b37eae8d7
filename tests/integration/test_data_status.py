"""elt_ops.data_status: what a dashboard may say below its numbers, one tenant's alone."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from include.core.clock import frozen
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.ledger import ddl
from include.ledger.builds import run_forget_build, run_record_build
from include.ledger.connection import Warehouse
from include.ledger.login.tenant_login import run_ensure_login
from include.ledger.trust.publishes import MartState, run_note_build, run_note_published
from include.quality.check import CheckContext, CheckOutcome, Severity, Status
from include.quality.save import run_save

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
QUERY = (
    "select tenant, subject, score, open_problems, problems, as_of is not null, stale_because "
    "from elt_ops.data_status order by tenant, subject"
)

STALE = (
    "select as_of, stale_because from elt_ops.data_status where tenant = %s and subject = 'marts'"
)


@pytest.fixture
def pair(warehouse: str) -> tuple[Warehouse, str, str]:
    house = Warehouse(warehouse)
    names = sorted(f"s{uuid4().hex[:8]}" for _ in range(2))
    bad = CheckOutcome("adds_up", Severity.ERROR, Status.FAILED, "fct_orders", 1, share=0.1,
                       rows_checked=10, detail="It does not.", about="fct_orders")  # fmt: skip
    fine = CheckOutcome("keys", Severity.ERROR, Status.PASSED, "orders", 0, about="orders")
    for name in names:
        with house.connect() as connection:
            ddl.run_migrations(connection)
            run_ensure_schemas(connection, name, [f"{name}_mart"])
            run_record_build(connection, name, "f", {})
        with frozen(NOW):
            run_save(house, [bad], CheckContext(NOW), layer="mart", tenant=name, feed=None)
            run_save(house, [fine], CheckContext(NOW), layer="raw", tenant=name, feed="shop")
    return house, names[0], names[1]


def test_a_tenant_sees_its_own_status_and_no_books(pair: tuple[Warehouse, str, str]) -> None:
    house, own, other = pair
    login = run_ensure_login(house, own)
    with login.connect() as connection:
        rows = connection.execute(QUERY).fetchall()
        for table in ("scores", "check_results", "loads"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select * from elt_ops.{table}".encode())
    assert rows == [
        (own, "marts", Decimal("90.00"), 1, "fct_orders.adds_up: It does not.", True, None),
        (own, "shop", Decimal("100.00"), 0, None, False, None),
    ]
    with house.connect() as connection:
        assert {row[0] for row in connection.execute(QUERY)} >= {own, other}


def test_its_readers_see_the_same(pair: tuple[Warehouse, str, str]) -> None:
    house, own, _ = pair
    with house.connect() as connection:
        connection.execute(f"create role elt_{own}_bi".encode())
        connection.execute(f"grant elt_{own}_bi to current_user".encode())
        connection.execute(f"set local role elt_{own}_bi".encode())
        rows = connection.execute(QUERY).fetchall()
    assert {row[0] for row in rows} == {own}


def test_a_build_that_failed_says_so(pair: tuple[Warehouse, str, str]) -> None:
    house, own, _ = pair
    with house.connect() as connection:
        run_forget_build(connection, own)
    with run_ensure_login(house, own).connect() as connection:
        rows = connection.execute(QUERY).fetchall()
    (marts,) = [row for row in rows if row[1] == "marts"]
    assert marts[5] is False
    assert "did not end well" in marts[6]


def test_refused_marts_say_why_and_as_of_when_they_are(pair: tuple[Warehouse, str, str]) -> None:
    """A failed audit left yesterday's marts, and nothing where people read told of it."""
    house, own, _ = pair
    with house.connect() as connection:
        run_note_build(connection, own, MartState.BUILT)
        run_note_published(connection, own, 3)
    with house.connect() as connection:
        before = connection.execute(STALE.encode(), [own]).fetchone()
        run_note_build(connection, own, MartState.BUILDING)
        run_note_build(connection, own, MartState.BUILT)
        run_note_build(connection, own, MartState.REFUSED, "Not published. Bad rows.")
    with house.connect() as connection:
        refused = connection.execute(STALE.encode(), [own]).fetchone()
        run_note_build(connection, own, MartState.BUILDING)
    with house.connect() as connection:
        again = connection.execute(STALE.encode(), [own]).fetchone()
        run_note_build(connection, own, MartState.BUILT)
        run_note_published(connection, own, 3)
    with house.connect() as connection:
        after = connection.execute(STALE.encode(), [own]).fetchone()
    assert before and refused and again and after
    assert before[1] is None and after[1] is None
    assert refused == (before[0], "Not published. Bad rows.") == again
    assert after[0] > before[0]
