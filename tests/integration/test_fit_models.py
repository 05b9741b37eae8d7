"""Fits through the warehouse: read out, fitted, written back as far as they changed."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import psycopg
import pytest

from include.core.errors import TransformError
from include.ledger.connection import Warehouse
from include.pipeline.fits import fit as step
from include.pipeline.fits.fit import run_fit_models
from include.transform.fits.registry import FITS
from tests.integration.identity_case import TENANT, build_tenant, fetch
from tests.unit.fits.test_lifetime_fit import build_shop

PURCHASES = f"{TENANT}_int.int_purchases__daily"
MODELS = f"select currency_code, prediction_status, customers from {TENANT}_fit.lifetime_models"
PREDICTED = f"select count(*) from {TENANT}_fit.lifetime_predictions"
RUNS = f"select count(*) from {TENANT}_fit.runs"


@pytest.fixture
def place(warehouse: str) -> Iterator[Warehouse]:
    """A tenant whose purchases lie there as dbt would leave them."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute(f"drop schema if exists {TENANT}_int, {TENANT}_fit cascade")
        connection.execute(f"create schema {TENANT}_int")
        connection.execute(
            f"create table {PURCHASES} (customer_id text, currency_code text, purchased_on date, "
            "revenue_amount numeric(18, 3))"
        )
        with connection.cursor().copy(f"copy {PURCHASES} from stdin") as copy:
            for row in build_shop(150):
                copy.write_row(row)
    yield Warehouse(warehouse, tenant_roles=False)


def add(place: Warehouse, *row: Any) -> None:
    fetch(place.url, f"insert into {PURCHASES} values (%s, %s, %s, %s) returning 1", *row)


def test_what_changed_is_fitted_and_nothing_else(place: Warehouse) -> None:
    """The step stands in every build: without news it must cost a read and no fit."""
    tenant = build_tenant()
    (first,) = run_fit_models(tenant, place)
    people = first.changed and first.changed["lifetime_predictions"]
    assert people == 151
    assert fetch(place.url, MODELS) == [("USD", "predicted", 151)]
    with mock.patch.object(step, "run_write_fit") as written:
        (again,) = run_fit_models(tenant, place)
    assert again.changed is None
    assert not written.called
    add(place, 'per "x", y', "EUR", "2025-01-01", 5)
    (third,) = run_fit_models(tenant, place)
    # Compared: what is predicted in dollars stands as it was.
    assert third.changed == {"lifetime_models": 1, "lifetime_predictions": 0}
    assert fetch(place.url, RUNS) == [(2,)]


def test_asked_for_or_with_rows_gone_it_fits_again(place: Warehouse) -> None:
    """An erasure deletes a person's rows; without this they would be missing for ever."""
    tenant = build_tenant()
    run_fit_models(tenant, place)
    (asked,) = run_fit_models(tenant, place, full=True)
    assert asked.changed == {"lifetime_models": 0, "lifetime_predictions": 0}
    fetch(place.url, f"delete from {TENANT}_fit.lifetime_predictions returning 1")
    (mended,) = run_fit_models(tenant, place)
    assert mended.changed == {"lifetime_models": 0, "lifetime_predictions": 151}
    with mock.patch.object(step, "build_code_hash", return_value="edited"):
        (edited,) = run_fit_models(tenant, place)
    assert edited.changed is not None


def test_a_fit_that_fails_leaves_the_last_answer_and_its_neighbours(place: Warehouse) -> None:
    """The error names the fit; a library's words may quote amounts and stay in the log."""
    tenant = build_tenant()
    run_fit_models(tenant, place)
    add(place, "per_new", "USD", "2025-01-01", 5)
    (lifetime,) = FITS
    broken = mock.Mock(wraps=lifetime, reads=lifetime.reads, writes=lifetime.writes)
    broken.name, broken.run.side_effect = "broken", ZeroDivisionError("of 81565.78 by 0")
    with (
        mock.patch.object(step, "FITS", (broken, lifetime)),
        pytest.raises(TransformError, match=r"`broken` was not made .Zero") as told,
    ):
        run_fit_models(tenant, place)
    assert "81565" not in str(told.value)
    assert fetch(place.url, PREDICTED) == [(152,)]


def test_nobody_bought(place: Warehouse) -> None:
    fetch(place.url, f"delete from {PURCHASES} returning 1")
    (done,) = run_fit_models(build_tenant(), place)
    assert done.changed == {"lifetime_models": 0, "lifetime_predictions": 0}
