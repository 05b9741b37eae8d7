"""Coresignal deliveries: folders by country, two name sets, repeated companies, cut lines."""

import gzip
import json
from pathlib import Path

from include.config.credentials import Credentials
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.unit.feed_maker import build_feed


def test_a_delivery_is_read_line_by_line(tmp_path: Path) -> None:
    live = {"id": 1, "last_updated_at": "2026-09-01", "linkedin_url": "https://l/1", "is_b2b": 1,
            "company_logo": "A" * 5000, "company_updates": [{"d": 1}],
            "company_locations_full": [{"location_address": "x", "is_primary": 0}]}  # fmt: skip
    masked = {"id": 2, "professional_network_url": "https://l/2", "linkedin_url": None,
              "followers_count_professional_network": 5}  # fmt: skip
    (tmp_path / "US").mkdir()
    (tmp_path / "DE").mkdir()
    (tmp_path / "US" / "companies_1.jsonl").write_text(json.dumps(live) + '\n{"id": 9, "na')
    with gzip.open(tmp_path / "DE" / "companies_1.jsonl.gz", "wt") as file:
        file.write(json.dumps(masked) + "\n")
    source = build_source(build_feed("coresignal", path=str(tmp_path)), Credentials("c"))
    pages = list(source.read("companies", Window()))
    records = {r["id"]: r for page in pages for r in page.records}
    assert records[2]["linkedin_url"] == "https://l/2"
    assert records[2]["followers_count_linkedin"] == 5
    assert "professional_network_url" not in records[2]
    assert records[1]["linkedin_url"] == "https://l/1"
    assert records[1]["is_b2b"] is True
    assert records[1]["company_locations_full"][0]["is_primary"] is False
    assert not {"company_logo", "company_updates"} & records[1].keys()
    rejects = [r.key for page in pages for r in page.rejects]
    assert rejects == ["US/companies_1.jsonl:2"]


def test_a_delivery_edited_between_its_pages_loses_no_company(tmp_path: Path) -> None:
    """A file that grows while it is read is refused whole; one not yet read is read as it is."""
    for number in (1, 2):
        lines = [json.dumps({"id": 10 * number + n, "n": "a"}) for n in range(3)]
        (tmp_path / f"companies_{number}.jsonl").write_text("\n".join(lines) + "\n")
    feed = build_feed("coresignal", path=str(tmp_path))
    pages = build_source(feed, Credentials("c")).read("companies", Window())
    found = {record["id"] for record in next(pages).records}
    assert found == {10, 11, 12}
    with (tmp_path / "companies_2.jsonl").open("a") as late:
        late.write(json.dumps({"id": 23}) + "\n")
    found |= {record["id"] for page in pages for record in page.records}
    assert found == {10, 11, 12, 20, 21, 22, 23}

    pages = build_source(feed, Credentials("c")).read("companies", Window())
    with (tmp_path / "companies_1.jsonl").open("a") as late:
        late.write(json.dumps({"id": 13}) + "\n")
    assert {r["id"] for page in pages for r in page.records} >= found
