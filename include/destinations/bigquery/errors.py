"""BigQuery's errors as ours; a message may quote a row, so only reasons and codes go on."""

from collections.abc import Iterator
from contextlib import contextmanager

from include.core.errors import AccessDenied, WarehouseRejected, WarehouseUnavailable

# Source: cloud.google.com/bigquery/docs/error-messages (read 2026-11); quotas end with the day.
RETRYABLE = frozenset(
    {
        *("backendError", "internalError", "jobBackendError", "jobInternalError"),
        *("rateLimitExceeded", "jobRateLimitExceeded", "quotaExceeded", "tableUnavailable"),
        *("timeout", "stopped"),
    }
)
RETRYABLE_CODES = frozenset({408, 429, 500, 502, 503, 504})
# Of two transactions that change one table one is ended; the second spelling is the double's.
CONFLICTS = ("due to concurrent update", "Failed to commit")


@contextmanager
def errors(what: str) -> Iterator[None]:
    """Args:
    what: The job or table that was spoken about, for whoever looks it up there.
    """
    import requests
    from google.api_core import exceptions as theirs
    from google.auth import exceptions as auth

    try:
        yield
    except theirs.GoogleAPICallError as error:
        reasons = {str(one.get("reason")) for one in error.errors or () if isinstance(one, dict)}
        code = error.code or 0
        said = (
            f"BigQuery stopped `{what}` with {type(error).__name__} {int(code)} "
            f"({', '.join(sorted(reasons)) or 'no reason'})"
        )
        conflict = any(words in str(error.message) for words in CONFLICTS)
        if conflict or code in RETRYABLE_CODES or reasons & RETRYABLE or code == 409:
            raise WarehouseUnavailable(f"{said}. Nothing was committed; it is tried again.") from (
                None
            )
        if code in (401, 403):
            raise WarehouseRejected(
                f"{said}. Expected the rights that `elt destination grants --tenant` prints. "
                "Nothing was committed."
            ) from None
        raise WarehouseRejected(
            f"{said}. Nothing was committed. Look at the jobs of the project in BigQuery, whose "
            "labels name tenant and table."
        ) from None
    except auth.RefreshError:
        raise AccessDenied(
            f"the login for `{what}` was refused by Google. Expected an access token for the "
            "connection of the warehouse. Check the key of the service account."
        ) from None
    except (
        theirs.RetryError,
        auth.TransportError,
        requests.RequestException,
        ConnectionError,
        TimeoutError,
    ) as error:
        raise WarehouseUnavailable(
            f"no answer from BigQuery about `{what}` ({type(error).__name__}). What became of it "
            "is read before anything else is written."
        ) from None
