"""Dirty and growing CSVs in the warehouse: rows, quarantine, `_extra` and books say all of it."""

from pathlib import Path

from tests.integration.files_case import build_files_case, write

BANK = (
    "Account;;;\nIBAN;DE00;;\n;;;\nTag;Text;Betrag;W\n"
    + "".join(f"{n:02d}.03.2026;t{n};{n},50;EUR\n" for n in range(1, 9))
    + "09.03.2026;;t9;9,50;EUR\n;;;\nSaldo;;45,00;EUR\n"
)
ORDERS = (
    "Name,Paid at,Total,Lineitem name,Notes,Id\n"
    '#1001,2026-03-08 01:30:00 -0500,32.10,Tent,"Please ring,\ntwice\n""thanks""",567\n'
    "#1001,,,Nail,,\n"
)


def test_a_bank_statement_is_loaded_and_what_is_not_is_told(tmp_path: Path, warehouse: str) -> None:
    write(tmp_path / "bank.csv", BANK)
    case = build_files_case(warehouse, tmp_path)
    done = case.load("bank")
    assert (done.loaded, done.quarantined) == (9, 1)
    assert [row[0] for row in case.rows("bank", "text")] == [f"t{n}" for n in range(1, 10)]
    [(extra,)] = case.query(
        f"select _extra from {case.feed.tenant.id}_raw_files.bank where _extra is not null"
    )
    assert extra == {"row_as_written": "09.03.2026;;t9;9,50;EUR"}
    tenant = case.feed.tenant.id
    [(reason, payload)] = case.query(
        f"select reason, payload from elt_ops.quarantine where tenant = '{tenant}'"
    )
    assert (reason, payload) == ("totals_row", "Saldo;;45,00;EUR")
    [(notices,)] = case.query(f"select notices from elt_ops.loads where tenant = '{tenant}'")
    told = " ".join(notices)
    assert notices == list(done.notices)
    for words in ("lines 1 to 2 above the table", "empty cell too many", "`totals_row`: 1."):
        assert words in told
    assert len(notices) == len(set(notices))


def test_a_second_table_does_not_refuse_the_first(tmp_path: Path, warehouse: str) -> None:
    """Each of its rows was a reject, together more than a load may have."""
    first = "".join(f"{n},2026-03-01,{n}.5\n" for n in range(60))
    second = "".join(f"{n},x{n}\n" for n in range(60))
    write(tmp_path / "two.csv", f"id,day,n\n{first}code,label\n{second}")
    case = build_files_case(warehouse, tmp_path)
    done = case.load("two")
    assert (done.loaded, done.quarantined) == (60, 1)
    [(payload,)] = case.query(
        f"select payload from elt_ops.quarantine where tenant = '{case.feed.tenant.id}'"
    )
    assert payload.startswith("code,label\n0,x0\n")
    assert payload.count("\n") == 61


def test_a_file_that_grows_at_its_end_or_its_top_has_each_record_once(
    tmp_path: Path, warehouse: str
) -> None:
    for name in ("end", "top"):
        write(tmp_path / name / "grow.csv", "id,amt\n1,5\n2,6\n")
        case = build_files_case(warehouse, tmp_path / name)
        case.load("grow")
        grown = "1,5\n2,6\n3,7\n" if name == "end" else "3,7\n1,5\n2,6\n"
        write(tmp_path / name / "grow.csv", f"id,amt\n{grown}")
        case.load("grow")
        assert case.rows("grow", "id, amt") == [(1, 5), (2, 6), (3, 7)], name


def test_a_new_day_is_a_new_stream_or_more_of_one(tmp_path: Path, warehouse: str) -> None:
    write(tmp_path / "sales_2026-03-01.csv", "id,amt\n1,5\n")
    block = {"sales": {"files": "sales_*.csv"}}
    case = build_files_case(warehouse, tmp_path, streams=block)
    case.load("sales")
    write(tmp_path / "sales_2026-03-02.csv", "id,amt\n2,6\n")
    assert case.load("sales").read == 1
    assert case.rows("sales", "id, amt") == [(1, 5), (2, 6)]
    alone = build_files_case(warehouse, tmp_path)
    assert set(alone.run().loaded) == {"sales_2026_03_01", "sales_2026_03_02"}


def test_notes_of_several_lines_move_no_record(tmp_path: Path, warehouse: str) -> None:
    """A shop's order export, loaded again with one more order whose note has line breaks."""
    write(tmp_path / "orders.csv", ORDERS)
    case = build_files_case(warehouse, tmp_path)
    case.load("orders")
    more = '#1002,2026-03-09 01:30:00 -0500,5.00,Pan,"a\n\nb",568\n'
    write(tmp_path / "orders.csv", ORDERS + more)
    done = case.load("orders")
    assert (done.inserted, done.unchanged, done.deleted) == (1, 2, 0)
    names = case.rows("orders", "source_line, name, lineitem_name, notes")
    assert [row[:3] for row in names] == [
        (2, "#1001", "Tent"), (5, "#1001", "Nail"), (6, "#1002", "Pan"),
    ]  # fmt: skip
    assert names[0][3] == 'Please ring,\ntwice\n"thanks"'
    assert names[2][3] == "a\n\nb"
