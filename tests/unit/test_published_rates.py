"""The European Central Bank's file of rates, as it is and as it may be."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from include.core.errors import ConfigError
from include.pipeline.dbt.published_rates import build_rates, load_rates_file


def pack(text: str, name: str = "eurofxref-hist.csv") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    return file.getvalue()


def test_the_package_brings_the_banks_history() -> None:
    """The first day of the euro was 1.1789 dollars; the rouble ends on 1 March 2022."""
    rates = {(code, day): rate for code, day, rate in build_rates(load_rates_file(None))}
    assert rates["USD", date(1999, 1, 4)] == Decimal("1.1789")
    assert rates["EUR", date(1999, 1, 4)] == 1
    assert max(day for code, day in rates if code == "RUB") == date(2022, 3, 1)
    assert len(rates) > 200_000
    assert len({code for code, _ in rates}) >= 42
    # A Saturday and Good Friday have none.
    assert ("USD", date(2026, 6, 6)) not in rates
    assert ("USD", date(2026, 4, 3)) not in rates


def test_a_rate_not_published_is_no_row() -> None:
    """N/A, an empty cell and the comma at each line's end are no rates, and none is 0 or 1."""
    found = list(build_rates(pack("Date,USD,JPY,CYP,\n2026-01-02,1.1,,N/A,\n")))
    assert found == [
        ("EUR", date(2026, 1, 2), Decimal(1)),
        ("USD", date(2026, 1, 2), Decimal("1.1")),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>moved</html>",
        pack("<html>moved</html>"),
        pack("Date,USD\n02.01.2026,1.1\n"),
        pack("Date,USD\n2026-01-02,0\n"),
        pack("Date,USD\n2026-01-02,1,1\n"),
        pack("Date,USD\n2026-01-02,NaN\n"),
    ],
)
def test_another_file_is_refused(content: bytes) -> None:
    """A login page saved as the file, or a rate of 0, would turn every amount into nonsense."""
    with pytest.raises(ConfigError, match="rates file"):
        list(build_rates(content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.zip"):
        load_rates_file(tmp_path / "gone.zip")
