"""What the command line prints: columns that line up, JSON that keeps money exact."""

import io
import json
import re
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from include.commands.frame.connect import load_warehouse_url
from include.commands.run import build_window
from include.commands.screen.output import complain, say, say_json, say_state, speaking_json
from include.commands.screen.tables import build_lines, say_table
from include.core.errors import ConfigError, MissingSecret
from include.core.streams import Window


def test_columns_line_up_and_numbers_stand_right() -> None:
    rows = [("orders", 1234, None, True), ("a", 5, None, False)]
    assert build_lines(("stream", "read", "cursor", "late"), rows) == [
        "stream   read  cursor  late",
        "orders  1,234  -       yes",
        "a           5  -       no",
    ]


def test_an_empty_table_is_its_header() -> None:
    assert build_lines(("stream", "read"), []) == ["stream  read"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


LONG = [("acme/shopify/orders", 12, "a sentence that is longer than the terminal is wide")]
HEADERS = ("stream", "read", "detail")


def test_a_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """`elt loads | grep` lost the end of every message at the 80th character."""
    say_table(HEADERS, LONG * 2, spare=("read",))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1] == "acme/shopify/orders    12  " + str(LONG[0][2])


def test_a_terminal_gets_a_table_that_fits(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal)
    say_table(HEADERS, LONG, spare=("read",))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert lines[-1] == "left out for want of room: read"
    told = " ".join(line[len("acme/shopify/orders") :].strip() for line in lines[1:-1])
    assert told == LONG[0][2], "wrapped, and nothing of it lost"


def test_where_nothing_can_be_left_out_names_are_folded_not_cut(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`elt loads` at 80 columns showed `loade` and the hour without its minutes."""
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "24")
    say_table(("stream", "state", "read"), [("acme/shopify/orders", "loaded", 1234567)])
    text = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue())
    assert all(len(line) <= 24 for line in text.splitlines())
    assert "1,234,567" in text
    body = "".join("".join(text.splitlines()[1:]).split())
    assert sorted(body) == sorted("acme/shopify/ordersloaded1,234,567"), "nothing is lost"


def test_a_wide_terminal_leaves_nothing_out(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "140")
    say_table(HEADERS, LONG, spare=("read",))
    assert "detail" in terminal.getvalue()
    assert "left out" not in terminal.getvalue()


def test_colours_are_for_terminals_that_want_them(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal)
    say_state("failed", "acme/shopify")
    assert "\x1b[31mfailed" in terminal.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.truncate(0)
    say_state("failed", "acme/shopify")
    assert "31m" not in terminal.getvalue()
    complain("error: no")
    assert capsys.readouterr().err == "error: no\n"


def test_what_a_source_sent_is_no_order_to_the_terminal() -> None:
    """A record's key with an escape sequence could clear the screen, or rename the window."""
    (_, line) = build_lines(("key",), [("a\x1b[2J\x07b\nc [bold]",)])
    assert line == "a\\x1b[2J\\x07b c [bold]"


def test_wide_letters_line_up() -> None:
    lines = build_lines(("name", "n"), [("東京", 1), ("Rome", 2)])
    assert lines == ["name  n", "東京  1", "Rome  2"]


def test_with_json_people_are_spoken_to_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with speaking_json(on=True):
        say("loading")
        say_table(HEADERS, LONG)
        say_json([1])
    say("after")
    shown = capsys.readouterr()
    assert shown.out == "[\n  1\n]\nafter\n"
    assert shown.err.startswith("loading\nstream")


def test_json_keeps_instants_and_money_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    say_json(
        {
            "at": datetime(2026, 10, 1, tzinfo=UTC),
            "on": date(2026, 10, 1),
            "amount": Decimal("10.10"),
            "path": Path("a"),
            "many": frozenset({1}),
        }
    )
    assert json.loads(capsys.readouterr().out) == {
        "at": "2026-10-01T00:00:00Z",
        "on": "2026-10-01",
        "amount": "10.10",
        "path": "a",
        "many": [1],
    }
    with pytest.raises(TypeError):
        say_json(object())


def test_from_and_to_become_a_half_open_window() -> None:
    assert build_window(None, None) is None
    assert build_window("2026-10-01", "2026-10-02T06:00:00Z") == Window(
        datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, 6, tzinfo=UTC)
    )
    assert build_window(None, "2026-10-02") == Window(None, datetime(2026, 10, 2, tzinfo=UTC))


def test_the_warehouse_is_a_connection_or_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    with pytest.raises(MissingSecret, match="WAREHOUSE_URL"):
        load_warehouse_url()
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://u:p@h:1/d")
    assert load_warehouse_url() == "postgresql://u:p@h:1/d"
    with pytest.raises(MissingSecret):
        load_warehouse_url("other")
    connection = {"host": "h", "port": 2, "login": "a@b", "password": "p/w", "schema": "d"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(connection))
    assert load_warehouse_url() == "postgresql://a%40b:p%2Fw@h:2/d"
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "{secret")
    with pytest.raises(ConfigError) as caught:
        load_warehouse_url()
    assert "secret" not in str(caught.value)
