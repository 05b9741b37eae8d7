"""The quick and the careful CSV reader are one reader: same rows, lines and rejects."""

import csv
import io
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.extract import csv_reader
from include.extract.csv_reader import CsvPlan, is_plain, read_csv
from include.extract.csv_rows import Dialect
from include.extract.file_facts import CHUNK_BYTES, load_facts
from include.extract.file_places import Place

CELLS = st.text(alphabet='ab0 ,;"\n\u00e9\U0001f600', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=12)


def _answer(place: Place, facts, plan: CsvPlan) -> tuple[list, list]:
    rows, rejects = [], []
    for batch in read_csv(place, facts, plan):
        assert batch.table.num_rows == len(batch.lines)
        rows += zip(batch.lines, map(tuple, map(dict.values, batch.table.to_pylist())), strict=True)
        rejects += [(r.key, r.reason) for r in batch.rejects]
    return sorted(rows), sorted(rejects)


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


def test_the_quick_reader_is_used_for_what_it_can_do(tmp_path: Path) -> None:
    """Without this, the comparison above could compare the careful reader with itself."""
    cases = {
        b"x,y\n1,2\n": True,
        b'x,y\n1,"a\nb"\n': True,
        b'x,y\n1,"a"\n"",2\n': True,
        b'x,y\n1,"open\n2,b"c\n': False,
        b'x,y\n1,"open\n': False,
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
        monkeypatch.setattr("include.extract.file_facts.CHUNK_BYTES", size)
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
