"""The quick and the careful CSV reader are one reader: same rows, lines and rejects."""

import csv
import io
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.extract.files.formats.delimited import csv_reader
from include.extract.files.formats.delimited.closing_rows import find_closing_rows
from include.extract.files.formats.delimited.csv_plain_lines import StretchReader, is_in_stretches
from include.extract.files.formats.delimited.csv_reader import (
    CsvPlan,
    is_plain,
    load_frame,
    read_csv,
)
from include.extract.files.formats.delimited.csv_rows import Dialect
from include.extract.files.formats.delimited.table_body import TableBody
from include.extract.files.formats.facts import CHUNK_BYTES, load_facts
from include.extract.files.place import Place

CELLS = st.text(alphabet='ab0 ,;"\n\u00e9\U0001f600', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=12)


def _answer(place: Place, facts, plan: CsvPlan) -> tuple[list, list]:
    rows, rejects = _collect(read_csv(place, facts, plan))
    return sorted(rows), sorted((key, reason) for key, reason, *_ in rejects)


def _collect(batches) -> tuple[list, list]:
    """Rows in the order given, rejects by key."""
    rows, rejects = [], []
    for batch in batches:
        assert batch.table.num_rows == len(batch.lines)
        rows += zip(batch.lines, map(tuple, map(dict.values, batch.table.to_pylist())), strict=True)
        rejects += [(r.key, r.reason, r.detail, r.payload) for r in batch.rejects]
    return rows, sorted(rejects)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n"]), quoting=st.sampled_from([0, 1]))
def test_both_readers_agree(tmp_path: Path, rows: list[list[str]], end: str, quoting: int) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=quoting).writerows([["x", "y"], *rows])
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode())
    place = Place("a.csv", path)
    facts = load_facts(place)
    plan = CsvPlan(Dialect(), ("x", "y"), 1, 1_000_000)
    careful = replace(facts, has_fitting_quotes=False, has_multiline_cells=True)
    assert not is_plain(careful)
    assert _answer(place, facts, plan) == _answer(place, careful, plan)


WORDS = st.sampled_from(["1", "2.5", "x1", "", "2026-03-01", "Total", "a b", "id", "n"])
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=25)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=LINES, tail=st.integers(0, 12), end=st.sampled_from(["\n", "\r\n"]))
def test_what_is_taken_out_does_not_depend_on_the_reader(
    tmp_path: Path, lines: list[list[str]], tail: int, end: str
) -> None:
    """Mended rows, totals, repeated headers and other tables: same from batches and from rows."""
    rows = [["id", "n", "t"], *lines, *([[str(n), "1.5", "x"] for n in range(tail)])]
    path = tmp_path / "a.csv"
    path.write_bytes("".join(",".join(row) + end for row in rows).encode())
    place = Place("a.csv", path)
    facts = load_facts(place)
    careful = replace(facts, has_fitting_quotes=False, encoding="utf-8-sig")
    assert not is_plain(careful)
    assert not is_in_stretches(careful, Dialect(), 1_000)
    answers = []
    for known in (facts, replace(facts, has_fitting_quotes=False), careful):
        frame = load_frame(place, facts, Dialect(), 1_000)
        if frame is None:
            return
        closing = find_closing_rows(facts, Dialect(), frame.profile, frame.last_line + 1)
        body = TableBody(place, ",", frame.profile, frame.header, closing, frame.spare)
        names = tuple(f"c{n}" for n in range(len(frame.labels)))
        batches = list(
            read_csv(place, known, CsvPlan(Dialect(), names, frame.last_line, 1_000, body))
        )
        extras = {line: text for batch in batches for line, text in batch.extras.items()}
        answers.append((_collect(batches), extras, sorted(body.notices())))
    assert answers[0] == answers[1] == answers[2]


def test_the_quick_reader_is_used_for_what_it_can_do(tmp_path: Path) -> None:
    """Without this, the comparison above could compare the careful reader with itself."""
    cases = {
        b"x,y\n1,2\n": True,
        b'x,y\n1,"a\nb"\n': True,
        b'x,y\n1,"a"\n"",2\n': True,
        b'x,y\n1,"open\n2,b"c\n': False,
        b'x,y\n1,"open\n': False,
        b'x,y\n1,5" nail\n': False,
        b"x,y\n\n1,2\n": False,
        b"x,y\n1,2\n\n\n": True,
        b"x,y\n1,\x00\n": False,
        b"x,y\n1,\xff\n": False,
    }
    for content, expected in cases.items():
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        assert is_plain(load_facts(Place("a.csv", path))) is expected, content


def test_facts_are_the_same_across_chunk_borders(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('id,"t"\n1,"é\nü"\n2,"""q"""\n\n3,x'.encode())
    place = Place("a.csv", path)
    whole = load_facts(place)
    for size in (1, 2, 3, 5, 7):
        monkeypatch.setattr("include.extract.files.formats.facts.CHUNK_BYTES", size)
        found = load_facts(place)
        # How well quotes fit is judged inside a chunk only, and only ever chooses the reader.
        assert replace(found, has_fitting_quotes=True) == replace(whole, has_fitting_quotes=True)
    assert CHUNK_BYTES > 7


def test_a_record_larger_than_a_block_goes_to_the_careful_reader(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(csv_reader, "BLOCK_BYTES", 256)
    path = tmp_path / "a.csv"
    long = "\n".join(["line"] * 400)
    path.write_text("x,y\n" + "1,a\n" * 100 + f'2,"{long}"\n' + "3,b\n" * 100)
    place = Place("a.csv", path)
    plan = CsvPlan(Dialect(), ("x", "y"), 1, 1_000_000)
    rows, rejects = _answer(place, load_facts(place), plan)
    assert len(rows) == 201
    assert rows[100] == (102, ("2", long))
    assert rows[101] == (502, ("3", "b"))
    assert not rejects


CELL_PARTS = (
    *(b"a", b"1.50", b"", b" ", b'"', b'""', b'"q"', b'"a,b"', b'"a\nb"', b'"a""b"', b'x"y', b"\0"),
    *(b"\xe9", b"\xff", "é".encode(), "€".encode(), b"\x81", b"\r", b'"\r\n"', b'"open', b"'"),
)
DIRT = st.sampled_from(CELL_PARTS)
LINE = st.lists(st.lists(DIRT, max_size=2).map(b"".join), min_size=0, max_size=4).map(b",".join)
DIRTY = st.lists(st.tuples(LINE, st.sampled_from([b"\n", b"\r\n", b"\n\n"])), max_size=14).map(
    lambda lines: b"".join(line + end for line, end in lines)
)


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=DIRTY,
    width=st.integers(1, 3),
    encoding=st.sampled_from(["utf-8", "cp1252", "latin-1"]),
    quote=st.sampled_from(['"', "'"]),
    block=st.sampled_from([1, 3, 8, 1 << 20]),
    has_end=st.booleans(),
    max_line=st.sampled_from([12, 1_000]),
)
def test_stretches_say_what_the_careful_reader_says(
    tmp_path: Path, monkeypatch, content, width, encoding, quote, block, has_end, max_line
) -> None:
    """Same rows in the same order, same rejects in the same words, whatever the file holds."""
    monkeypatch.setattr("include.extract.files.formats.delimited.line_window.BLOCK_BYTES", block)
    path = tmp_path / "a.csv"
    path.write_bytes(b"x\n" + (content if has_end else content.rstrip(b"\r\n")))
    place = Place("a.csv", path)
    facts = load_facts(place, encoding, max_line)
    names = tuple("xyz"[:width])
    plan = CsvPlan(Dialect(quote=quote), names, 1, max_line)
    if not is_in_stretches(facts, plan.dialect, max_line):
        assert facts.longest_line > max_line
        return
    careful = _collect(csv_reader.read_carefully(place, facts, plan, 1))
    assert _collect(csv_reader.read_in_stretches(place, facts, plan, 1)) == careful


def test_most_of_a_dirty_file_is_read_in_stretches(tmp_path: Path) -> None:
    """Without this, the comparison above could compare the careful reader with itself."""
    path = tmp_path / "a.csv"
    lines = [b"x,y"] + [
        b"%d,gr\xfc\xdfe" % n if n % 9 else b'%d,"two\nlines"' % n for n in range(90)
    ]
    path.write_bytes(b"\r\n".join(lines))
    place = Place("a.csv", path)
    facts = load_facts(place)
    assert not is_plain(facts)
    reader = StretchReader(place, facts, Dialect(), 2, 1_000)
    found = list(reader.read(1))
    assert sum(len(lines) for one in found for lines in one.lines) == 80
    assert sum(len(one.rows) for one in found) == 10


def test_an_unclosed_quote_is_not_paid_for_line_by_line(tmp_path: Path) -> None:
    """The length of what it swallowed was added up anew for each line: hours for a large file."""
    path = tmp_path / "a.csv"
    path.write_bytes(b'x,y\n1,"open\n' + b"2,b\n" * 60_000)
    place = Place("a.csv", path)
    rows, rejects = _answer(place, load_facts(place), CsvPlan(Dialect(), ("x", "y"), 1, 1_000_000))
    assert (len(rows), len(rejects)) == (60_000, 1)
