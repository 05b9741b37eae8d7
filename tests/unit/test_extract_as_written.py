"""Values as people, banks and spreadsheets write them: typed where proven, else kept as written.

Each list is a column of a file nobody described. Sources: Excel's limits and its known damage
(gene names, long numbers, leading zeros), ISO 8601, banks' CR/DR and minus behind, the numbers and
digits of other scripts, words for nothing and for yes, exports of PayPal, SAP, Square and Shopify.
"""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.core.streams import Window
from include.destinations.layout import build_layout
from include.extract.choose_source import build_source
from include.load.shape.records import ArrowChunk, DictChunk
from include.load.shape.shaper import Shaper
from tests.unit.feed_maker import build_feed

# Kept as text, each value as it was written.
TEXTS: dict[str, list[str]] = {
    "SKUs like exponents": ["1E5", "2E10", "12E3"],
    "SKUs like exponents among numbers": ["100", "1E5"],
    "genes, and what Excel made of them": ["MARCH1", "SEPT2", "1-Mar", "2-Sep"],
    "EANs damaged by Excel": ["4.00638E+12", "4006381333931"],
    "EANs damaged by a German Excel": ["4,00638E+12", "4006381333931"],
    "bank numbers with a zero in front": ["424242", "040000"],
    "short ids beside padded ones": ["7", "007", "12"],
    "phones": ["+491701234567", "00491701234567", "491701234567"],
    "a bank's CR and DR": ["100.00CR", "50.00DR", "7.00 Cr"],
    "a minus behind": ["5.00-", "6.00"],
    "a plus": ["+5.00", "6.00"],
    "parentheses and dollars": ["($1,234.56)", "$5.00"],
    "parentheses alone": ["(5)", "(6)"],
    "parentheses and euros": ["(1.234,56 €)", "5,00 €"],
    "a minus of mathematics": ["\u22125,00", "6,00"],
    "groups by a blank that does not break": ["1\u00a0234,56", "6,00"],
    "groups by a narrow blank": ["1\u202f234,56", "6,00"],
    "marks without width": ["\u200b5", "6", "\u200e3"],
    "wide digits": ["\uff15", "\uff16"],
    "Arabic digits": ["\u0665", "\u0666"],
    "Indian digits": ["\u0967\u0968", "\u0969"],
    "a raised two": ["\u00b2", "3"],
    "yes and no in German": ["ja", "nein"],
    "yes and no in Russian": ["\u0434\u0430", "\u043d\u0435\u0442"],
    "Y and N": ["Y", "N"],
    "booleans beside a one": ["1", "0", "true"],
    "midnight as 24:00": ["2026-03-01 24:00:00", "2026-03-01 10:00:00"],
    "a leap second": ["2016-12-31T23:59:60Z", "2026-03-01T10:00:00Z"],
    "weeks": ["2026-W09", "2026-W10-3"],
    "quarters": ["2026-Q1", "2026Q2", "Q3 2026"],
    "months": ["2026-03", "2026-04"],
    "days of the year": ["2026-060", "2026-061"],
    "a day without a calendar": ["0000-00-00", "2026-03-01"],
    "a moment without a calendar": ["0000-00-00 00:00:00", "2026-03-01 10:00:00"],
    "years of two digits": ["01.03.26", "02.03.99"],
    "morning and afternoon": ["3/1/2026 9:05 AM", "3/13/2026 11:05 PM"],
    "names of time zones": ["2026-03-01 10:00:00 CET", "2026-03-01 10:00:00 PST"],
    "an offset behind a blank": ["2026-03-01 10:00:00 +0200", "2026-03-01 10:00:00 -0700"],
    "an offset that no zone has": ["2026-03-01T10:00:00+25:00", "2026-03-01T10:00:00Z"],
    "billionths of a second": ["2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00:00Z"],
    "fractions behind a comma": ["2026-03-01 10:00:00,123", "2026-03-01 10:00:00,500"],
    "percent": ["12.5%", "7%"],
    "Swiss groups": ["1'234.50", "12.00"],
    "Swiss groups by a curly mark": ["1\u2019234.50", "12.00"],
    "both styles of numbers": ["1.234,56", "1,234.56"],
    "groups that are none": ["1.23,45", "2,5"],
    "an apostrophe in front": ["'02134", "'00501"],
    "a formula to keep a zero": ['="02134"', '="00501"'],
    "infinity": ["inf", "1.5", "-Infinity"],
    "hexadecimal": ["0x1F", "10"],
    "underscores": ["1_000", "10"],
    "words for nothing": ["NULL", "5", "N/A", "#N/A"],
    "a database's null": ["\\N", "5"],
    "dashes for nothing": ["-", "5", "--"],
    "numbers with blanks": [" 5", "6 ", "7"],
    "text with blanks": ["  a", "b  "],
    "a zero below zero": ["-0", "-0.00", "5"],
    "versions": ["1.10", "1.9", "1.10.1"],
    "fractions": ["1/2", "3/4"],
    "durations": ["1:30", "36:00:00"],
    "ISBNs": ["978-3-16-148410-0", "080442957X"],
    "days with a month's name": ["1. M\u00e4rz 2026", "15. Okt. 2026"],
    "the year first with slashes": ["2026/03/13", "2026/03/04"],
    "the day in the middle": ["2026-13-03", "2026-03-04"],
    "a day that does not exist": ["30/02/2026", "13/03/2026"],
    "a day that does not exist, later": ["13/03/2026", "31/04/2026"],
    "reais": ["R$ 1.234,56", "R$ 5,00"],
    "crowns with groups of blanks": ["-1 234,56", "5,00"],
    "a Japanese emperor's years": ["R8.3.1", "R8.3.2"],
    "tax numbers": ["12/345/67890", "12/345/67891"],
    "a mark for the direction of writing": ["\u200e12.50", "5.00"],
}
# Type, values, what is stored.
TYPED: dict[str, tuple[str, list[str], list[str]]] = {
    "booleans of Excel": ("bool", ["TRUE", "False"], ["True", "False"]),
    "more digits than a double": ("numeric", ["9" * 44, "1"], ["9" * 44, "1"]),
    "more decimals than a double": (
        "numeric", ["0.12345678901234567890123456789012345", "5"],
        ["0.12345678901234567890123456789012345", "5"],
    ),
    "Indian groups": ("numeric", ["12,34,567.50", "1,00,000"], ["1234567.50", "100000"]),
    "zeros at the end": ("numeric", ["1.10", "1.20"], ["1.10", "1.20"]),
    "compact days": ("int", ["20260301", "20260302"], ["20260301", "20260302"]),
    "the first and the last day": (
        "date", ["0001-01-01", "9999-12-31"], ["0001-01-01", "9999-12-31"],
    ),
    "instants of several zones": (
        "timestamp", ["2026-03-01T10:00:00+05:30", "2026-03-01T10:00:00-07:00"],
        ["2026-03-01 04:30:00", "2026-03-01 17:00:00"],
    ),
    "a Buddhist's year": ("date", ["13/03/2569", "14/03/2569"], ["2569-03-13", "2569-03-14"]),
    "the day first, proven": ("date", ["13-03-2026", "03-04-2026"], ["2026-03-13", "2026-04-03"]),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_not_proven_is_kept_as_it_was_written(tmp_path: Path, case: str) -> None:
    """Each was, in some reader, another number, another day or nothing."""
    assert _read(tmp_path, TEXTS[case]) == ("text", TEXTS[case])


@pytest.mark.parametrize("case", TYPED)
def test_what_is_proven_is_the_same_value(tmp_path: Path, case: str) -> None:
    kind, values, stored = TYPED[case]
    assert _read(tmp_path, values) == (kind, stored)


def _read(folder: Path, values: list[str]) -> tuple[str, list[Any]]:
    """Type of the column, and what a table would hold of it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("label", "value"), *(("row", value) for value in values)])
    (folder / "a.csv").write_text(out.getvalue())
    source = build_source(build_feed("files", path=str(folder)), Credentials("c"))
    [(name, stream)] = source.discover().items()
    shaper = Shaper(build_layout("acme", "files", name, stream))
    found: list[Any] = []
    kind = str(stream.columns["value"].type)
    for page in source.read(name, Window()):
        assert not page.rejects
        records = page.records
        shaped = shaper.shape(
            DictChunk(records) if isinstance(records, list) else ArrowChunk(records)
        )
        assert not shaped.rejects
        kind = "text" if str(shaped.parent.schema.field("value").type) == "string" else kind
        found += [str(value) for value in shaped.parent["value"].to_pylist()]
    return _numeric(stream.columns["value"].type, kind), found


def _numeric(declared: str, kind: str) -> str:
    """Numbers travel as text, too."""
    return "numeric" if declared == "numeric" else kind
