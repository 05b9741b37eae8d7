"""The shop's CSV dumps: windows by updated_at, text handed over for the loader to judge."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from include.config.credentials import Credentials
from include.core.errors import ContractBroken
from include.core.streams import Window
from include.extract.choose_source import build_source
from include.extract.source import Source
from tests.unit.feed_maker import build_feed

HEADER = "product_id,product_name,category,subcategory,brand,unit_price,cost,currency,is_active,"


def _source(folder: Path, stamps: list[str]) -> Source:
    rows = "".join(f"P{i},N,C,S,B,1.50,1,USD,true,{at}\n" for i, at in enumerate(stamps))
    (folder / "products.csv").write_text(f"{HEADER}updated_at\n{rows}")
    return build_source(build_feed("ecommerce_csv", path=str(folder)), Credentials("c"))


WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("stamps", "kept"),
    [
        (["2025-12-31 23:59:59", "2026-01-01 00:00:00", "2026-01-02 00:00:00"], ["P1"]),
        (["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"], ["P1"]),
        (["2026-01-01T00:30:00+01:00", "2026-01-01T01:00:00+01:00"], ["P1"]),
        (["", "2026-01-01 12:00:00", "2027-01-01"], ["P0", "P1"]),
        # Unreadable instants must reach the loader, which quarantines them.
        (["gibberish", "2026-01-01T12:00:00Z", "2025-01-01 00:00:00"], ["P0", "P1"]),
    ],
)
def test_windows(tmp_path: Path, stamps: list[str], kept: list[str]) -> None:
    pages = list(_source(tmp_path, stamps).read("products", WINDOW))
    assert [v for page in pages for v in page.records.column("product_id").to_pylist()] == kept
    assert sum(page.filtered for page in pages) == len(stamps) - len(kept)


def test_values_are_text_until_the_loader_types_them(tmp_path: Path) -> None:
    pages = list(_source(tmp_path, ["2026-01-01"]).read("products", WINDOW))
    assert set(pages[0].records.schema.types) == {pa.string()}


def test_a_missing_key_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text("name,updated_at\nx,2026-01-01\n")
    source = build_source(build_feed("ecommerce_csv", path=str(tmp_path)), Credentials("c"))
    with pytest.raises(ContractBroken, match=r"products\.csv.*product_id"):
        list(source.read("products", WINDOW))
