"""Which of BigQuery's errors a later try may mend; none of them shows a row."""

import pytest
import requests
from google.api_core import exceptions as theirs
from google.auth.exceptions import RefreshError, TransportError

from include.core.errors import AccessDenied, EltError, WarehouseRejected, WarehouseUnavailable
from include.destinations.bigquery.errors import errors

ROW = "Bad value `ann@mail.example`"


def _reason(kind: type[theirs.GoogleAPICallError], reason: str) -> theirs.GoogleAPICallError:
    return kind(ROW, errors=[{"reason": reason, "message": ROW}])  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("raised", "becomes"),
    [
        (theirs.BadRequest("Transaction is aborted due to concurrent update against table x"),
         WarehouseUnavailable),
        (_reason(theirs.Forbidden, "rateLimitExceeded"), WarehouseUnavailable),
        (_reason(theirs.Forbidden, "quotaExceeded"), WarehouseUnavailable),
        (_reason(theirs.BadRequest, "jobBackendError"), WarehouseUnavailable),
        (theirs.ServiceUnavailable(ROW), WarehouseUnavailable),
        (theirs.TooManyRequests(ROW), WarehouseUnavailable),
        (theirs.Conflict("Already Exists: Job p:elt-x"), WarehouseUnavailable),
        (requests.ConnectionError(ROW), WarehouseUnavailable),
        (TransportError(ROW), WarehouseUnavailable),
        (TimeoutError(), WarehouseUnavailable),
        (_reason(theirs.Forbidden, "accessDenied"), WarehouseRejected),
        (_reason(theirs.BadRequest, "invalidQuery"), WarehouseRejected),
        (theirs.NotFound(ROW), WarehouseRejected),
        (RefreshError(ROW), AccessDenied),
    ],
)  # fmt: skip
def test_an_error_becomes_ours(raised: Exception, becomes: type[EltError]) -> None:
    with pytest.raises(becomes) as caught, errors("elt-acme-7-commit"):
        raise raised
    assert "ann@mail.example" not in str(caught.value)
    assert "elt-acme-7-commit" in str(caught.value)
