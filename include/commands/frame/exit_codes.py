"""Errors to exit codes; the meaning of each is told by `elt --help`."""

from include.core.errors import (
    AlertError,
    ConfigError,
    EltError,
    QualityError,
    TransformError,
    TruncatedFetch,
    UpstreamError,
    WarehouseError,
)

RETRY = 1
USAGE = 2
SOURCE = 3
WAREHOUSE = 4
DATA = 5

_BY_KIND: tuple[tuple[type[EltError], int], ...] = (
    (ConfigError, USAGE),
    (UpstreamError, SOURCE),
    (TruncatedFetch, SOURCE),
    (AlertError, SOURCE),
    (WarehouseError, WAREHOUSE),
    (TransformError, WAREHOUSE),
    (QualityError, DATA),
)


def exit_code(error: EltError) -> int:
    """1 for what a later try may cure, else by what a person must look at."""
    if error.retryable:
        return RETRY
    return next((code for kind, code in _BY_KIND if isinstance(error, kind)), RETRY)
