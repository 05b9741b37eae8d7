"""Every fit there is. Adding one: an entry here, its tables in dbt's source `fits`.

This module is read wherever a build is planned, so a fit's libraries are imported when it is run.
"""

import hashlib
from functools import cache
from pathlib import Path

from include.transform.fits.model import Fit, FitInput, FitTable, Tables

PURCHASES = FitInput(
    "int_purchases__daily",
    {
        "customer_id": "text", "currency_code": "text", "purchased_on": "date",
        "revenue_amount": "double",
    },
    ("customer_id", "currency_code", "purchased_on"),
)  # fmt: skip
LIFETIME_MODELS = FitTable(
    "lifetime_models",
    {
        "currency_code": "text", "prediction_status": "text", "prediction_reason": "text",
        "observed_until": "date", "customers": "bigint", "repeat_customers": "bigint",
        "repeat_purchases": "bigint", "r": "double", "alpha": "double", "a": "double",
        "b": "double", "p": "double", "q": "double", "v": "double", "value_correlation": "double",
        "holdout_from": "date", "holdout_purchases": "bigint",
        "holdout_expected_purchases": "double", "holdout_amount": "double",
        "holdout_expected_amount": "double", "holdout_error": "double",
        "holdout_amount_error": "double",
    },
    ("currency_code",),
)  # fmt: skip
LIFETIME_PREDICTIONS = FitTable(
    "lifetime_predictions",
    {
        "customer_id": "text", "currency_code": "text", "chance_alive": "double",
        "expected_purchases": "double", "expected_value": "double",
    },
    ("customer_id", "currency_code"),
)  # fmt: skip


def _run_lifetime(tables: Tables) -> Tables:
    from include.transform.fits.lifetime import build_lifetimes
    from include.transform.fits.rows import build_rows

    models, predictions = build_lifetimes(tables[PURCHASES.model])
    return {
        LIFETIME_MODELS.name: build_rows(LIFETIME_MODELS, models),
        LIFETIME_PREDICTIONS.name: build_rows(LIFETIME_PREDICTIONS, predictions),
    }


FITS = (
    Fit(
        name="lifetime",
        reads=(PURCHASES,),
        writes=(LIFETIME_MODELS, LIFETIME_PREDICTIONS),
        run=_run_lifetime,
    ),
)


@cache
def build_code_hash() -> str:
    """Changes with whatever is written in this room: then every fit is done anew."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
