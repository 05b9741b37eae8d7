"""What a person sees at a real terminal: bars while it runs, tables that fit, no bars in a pipe."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli_case import point_cli_at
from tests.integration.terminal import plain, run_at_terminal
from tests.unit.fake_api import FakeApi, Reply, Seen

CONNECTOR = """
connector: till
title: Till
kind: rest
api:
  base_url: URL
  records_path: data
  paginator: {kind: cursor, param: after, next_path: next}
streams:
  people: {path: /people, primary_key: [id], columns: {id: int, name: text}}
  stores: {path: /stores, primary_key: [id], columns: {id: int, name: text}}
"""
TENANT = """
tenant: shown
name: Shown
owner: tests
feeds:
  till: {schedule: daily, start_date: 2025-01-01}
"""
PAGES, SIZE = 5, 1000


@pytest.fixture
def slow_till(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def answer(seen: Seen) -> Reply:
        time.sleep(0.15)
        page = int(seen.query.get("after", "0"))
        rows = [{"id": page * SIZE + n, "name": "x"} for n in range(SIZE)]
        return Reply({"data": rows, "next": str(page + 1) if page + 1 < PAGES else None})

    with FakeApi(answer) as api:
        (tmp_path / "till").mkdir()
        (tmp_path / "till" / "connector.yaml").write_text(CONNECTOR.replace("URL", api.url))
        (tmp_path / "shown.yaml").write_text(TENANT)
        point_cli_at(tmp_path, warehouse, monkeypatch, "shown_raw_till")
        yield


RUN = ["run", "--tenant", "shown", "--step", "ingest"]


@pytest.mark.parametrize("columns", [80, 140])
def test_a_run_shows_its_pace_and_leaves_a_table_that_fits(slow_till: None, columns: int) -> None:
    code, seen, _ = run_at_terminal(RUN, columns)
    assert code == 0, seen
    lines = plain(seen)
    assert max(map(len, lines)) <= columns
    first = [line for line in lines if line.startswith("till/people")]
    assert any(re.search(r"[1-5],000 records +[\d,]+/s +0:00:0\d so far$", line) for line in first)
    assert any(re.match(r"shown .*1/2 streams +\d:\d\d:\d\d left$", line) for line in lines)
    assert any(line.startswith("loaded   shown/till/people: read 5,000") for line in lines)
    again = plain(run_at_terminal(RUN, columns)[1])
    # The last full read brought 5,000, so now there is an end to it.
    assert any(re.search(r"[1-4],000/5,000 records .* left$", line) for line in again)


def test_stdout_in_a_pipe_gets_lines_only_while_the_terminal_has_the_bars(slow_till: None) -> None:
    """`elt run | tee log` put the bars among the lines, or lines among the bars."""
    code, seen, piped = run_at_terminal(RUN, 80, stdout_is_piped=True)
    assert code == 0, seen
    assert "\x1b" not in piped
    assert piped.startswith("loaded   shown/till/people: read 5,000")
    assert "records" in seen
    assert not any(line.startswith("loaded") for line in plain(seen))


def test_json_has_stdout_for_itself(slow_till: None) -> None:
    code, seen, piped = run_at_terminal([*RUN, "--json"], 80, stdout_is_piped=True)
    assert code == 0, seen
    told = json.loads(piped)
    assert [(s["stream"], s["state"], s["loaded"]) for s in told["streams"]] == [
        ("people", "loaded", 5000),
        ("stores", "loaded", 5000),
    ]
    assert (told["failures"], told["transform"]) == ([], None)
    assert any(line.startswith("loaded   shown/till/people") for line in plain(seen)), "stderr"


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_simple_terminal_gets_no_colours(slow_till: None, variables: dict[str, str]) -> None:
    code, seen, _ = run_at_terminal(["loads", "--tenant", "shown"], 80, **variables)
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", seen)
