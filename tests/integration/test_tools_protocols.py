"""Singer taps and Airbyte sources as subprocesses, with a program told to misbehave."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from include.config.credentials import Credentials
from include.config.load import load_platform
from include.config.settings import ROOT
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    EltError,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Tombstone, Window
from include.extract.choose_source import build_source
from include.extract.source import ReadOptions
from include.pipeline.stream_names import build_stream_names
from tests.integration.tool_maker import SECRET, build_tool_source, ids, read, read_until_error

BOTH = pytest.mark.parametrize("connector", ["singer", "airbyte"])


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


@BOTH
def test_discovery_gives_names_types_keys_and_deletes(connector: str, tmp_path: Path) -> None:
    found = build_tool_source(connector, tmp_path).discover()
    assert list(found) == ["orders", "all_people"]
    types = {name: column.type for name, column in found["orders"].columns.items()}
    assert types == {
        "id": "bigint",
        "name": "text",
        "created_at": "timestamp",
        "amount": "numeric",
        "tags": "json",
        "a_b": "text",
    }
    assert all(column.detected for column in found["orders"].columns.values())
    assert found["orders"].columns["created_at"].path == "createdAt"
    assert found["orders"].primary_key == ("id",)
    assert (found["orders"].version, found["orders"].sweep) == (None, None)
    assert (found["all_people"].version, found["all_people"].sweep) == (None, "all")


def test_the_field_a_read_goes_by_is_the_version_of_its_records(tmp_path: Path) -> None:
    streams = {"orders": {"cursor": "createdAt"}}
    found = build_tool_source("singer", tmp_path, streams=streams).discover()
    assert found["orders"].version == "created_at"


@BOTH
def test_only_declared_streams_are_there_under_their_names(connector: str, tmp_path: Path) -> None:
    streams = {"people": {"name": "all-people", "primary_key": ["name", "created_at"]}}
    found = build_tool_source(connector, tmp_path, streams=streams).discover()
    assert list(found) == ["people"]
    assert found["people"].primary_key == ("name", "created_at")


@BOTH
def test_a_stream_the_source_does_not_have_is_named(connector: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no stream `odrers`"):
        build_tool_source(connector, tmp_path, streams={"odrers": {}}).discover()


def test_a_stream_setting_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`replicaton` is not known"):
        build_tool_source("singer", tmp_path, streams={"orders": {"replicaton": 1}}).discover()


@BOTH
def test_a_read_goes_on_at_the_state_it_is_handed(connector: str, tmp_path: Path) -> None:
    pages = read(build_tool_source(connector, tmp_path))
    assert ids(pages) == [1, 2, 3, 4, 5]
    assert pages[0].records[0]["a_b"] == "dotted"
    position = pages[-1].position
    assert position
    later = build_tool_source(connector, tmp_path, {"until": 7})
    assert ids(read(later, position=position)) == [6, 7]


@pytest.mark.parametrize("state", ["STREAM", "GLOBAL", "LEGACY"])
def test_every_airbyte_state_type_comes_back_as_it_was(state: str, tmp_path: Path) -> None:
    pages = read(build_tool_source("airbyte", tmp_path, {"state": state}))
    source = build_tool_source("airbyte", tmp_path, {"state": state, "until": 6})
    assert ids(read(source, position=pages[-1].position)) == [6]


@BOTH
def test_a_stream_read_in_full_has_no_position(connector: str, tmp_path: Path) -> None:
    """Its next read must hold everything again, else what is absent would count as deleted."""
    source = build_tool_source(connector, tmp_path)
    pages = list(source.read("all_people", Window(), ReadOptions('{"last": 4}')))
    assert ids(pages) == [1, 2, 3, 4, 5]
    assert {page.position for page in pages} == {None}


@BOTH
def test_a_state_without_records_moves_the_cursor(connector: str, tmp_path: Path) -> None:
    pages = read(build_tool_source(connector, tmp_path, {"do": "state_only"}))
    assert ids(pages) == []
    assert "99" in (pages[-1].position or "")


@BOTH
def test_records_without_any_state_keep_the_position_they_began_at(
    connector: str, tmp_path: Path
) -> None:
    source = build_tool_source(connector, tmp_path, {"do": "no_state"})
    assert [page.position for page in read(source)] == [None]


@BOTH
def test_dying_in_the_middle_keeps_what_a_state_vouches_for(connector: str, tmp_path: Path) -> None:
    """A tap died after 3 of 5 records: they and their state are handed on, then the error."""
    pages, error = read_until_error(build_tool_source(connector, tmp_path, {"do": "die"}))
    assert isinstance(error, UpstreamUnavailable)
    assert "ConnectionError: lost it" in str(error)
    assert ids(pages) == [1, 2, 3]
    source = build_tool_source(connector, tmp_path)
    assert ids(read(source, position=pages[-1].position)) == [4, 5]


@BOTH
def test_dying_in_a_full_read_hands_on_nothing(connector: str, tmp_path: Path) -> None:
    source = build_tool_source(connector, tmp_path, {"do": "die"})
    pages, error = read_until_error(source, "all_people")
    assert (pages, error.retryable) == ([], True)


def test_a_kill_is_told_by_its_signal(tmp_path: Path) -> None:
    _, error = read_until_error(build_tool_source("singer", tmp_path, {"do": "killed"}))
    assert "signal `9`" in str(error)


def test_a_refused_login_is_not_tried_again(tmp_path: Path) -> None:
    _, error = read_until_error(build_tool_source("singer", tmp_path, {"do": "denied"}))
    assert isinstance(error, AccessDenied)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        ("config_error", ConfigError),
        ("transient_error", UpstreamUnavailable),
        ("system_error", UpstreamUnavailable),
    ],
)
def test_airbyte_says_what_kind_of_failure_it_is(
    failure: str, expected: type[EltError], tmp_path: Path
) -> None:
    config = {"do": "trace", "failure": failure}
    pages, error = read_until_error(build_tool_source("airbyte", tmp_path, config))
    assert type(error) is expected
    assert SECRET not in str(error)
    assert ids(pages) == [1, 2, 3]


def test_an_incomplete_stream_is_a_failure_even_with_code_0(tmp_path: Path) -> None:
    _, error = read_until_error(build_tool_source("airbyte", tmp_path, {"do": "incomplete"}))
    assert isinstance(error, UpstreamUnavailable)


@BOTH
def test_a_cut_line_is_quarantined_and_the_rest_is_read(connector: str, tmp_path: Path) -> None:
    pages = read(build_tool_source(connector, tmp_path, {"do": "bad_json"}))
    assert ids(pages) == [1, 2, 4, 5]
    (reject,) = [reject for page in pages for reject in page.rejects]
    assert reject.reason == "invalid_json"
    assert reject.key.startswith("orders:")
    assert reject.payload.endswith('"na')


def test_a_message_with_a_key_twice_is_quarantined(tmp_path: Path) -> None:
    """The second of two amounts was loaded and the first was gone."""
    pages = read(build_tool_source("singer", tmp_path, {"do": "double_key"}))
    assert ids(pages) == [1, 2, 4, 5]
    (reject,) = [reject for page in pages for reject in page.rejects]
    assert reject.reason == "double_key"
    assert '"amount": 5, "amount": 50' in reject.payload


def test_numbers_stay_exact(tmp_path: Path) -> None:
    pages = read(build_tool_source("singer", tmp_path, {"do": "exact"}))
    assert pages[0].records[2]["amount"] == Decimal("12345678901234567890.123456789")


def test_a_schema_that_changes_while_reading_loses_nothing(tmp_path: Path) -> None:
    pages = read(build_tool_source("singer", tmp_path, {"do": "schema_change"}))
    assert [record.get("colour") for record in pages[0].records] == [
        None,
        None,
        "red",
        "red",
        "red",
    ]
    assert pages[0].records[4]["amount"] == "many"


def test_a_key_that_changes_while_reading_stops_the_load(tmp_path: Path) -> None:
    _, error = read_until_error(build_tool_source("singer", tmp_path, {"do": "new_key"}))
    assert isinstance(error, ContractBroken)


def test_parents_that_come_along_are_left_out(tmp_path: Path) -> None:
    assert ids(read(build_tool_source("singer", tmp_path, {"do": "parents"}))) == [1, 2, 3, 4, 5]


@BOTH
def test_records_marked_deleted_become_deletions(connector: str, tmp_path: Path) -> None:
    pages = read(build_tool_source(connector, tmp_path, {"do": "deletes"}))
    assert ids(pages) == [2, 4]
    deleted = [mark for page in pages for mark in page.deleted]
    assert deleted == [Tombstone((1,)), Tombstone((3,)), Tombstone((5,))]


@BOTH
def test_equal_records_without_a_key_are_told_apart(connector: str, tmp_path: Path) -> None:
    """Two equal lines of a keyless export are two sales; reading them again finds the same two."""
    source = build_tool_source(connector, tmp_path, {"do": "keyless", "until": 2})
    assert source.discover()["all_people"].primary_key == ("record_hash", "record_number")
    first = [(r["record_hash"], r["record_number"]) for r in read(source, "all_people")[0].records]
    again = [(r["record_hash"], r["record_number"]) for r in read(source, "all_people")[0].records]
    assert first == again
    assert [number for _, number in first] == [0, 1]


def test_a_tap_that_talks_before_its_catalog_is_understood(tmp_path: Path) -> None:
    assert list(build_tool_source("singer", tmp_path, {"do": "chatter"}).discover())


def test_the_sources_own_check_is_asked(tmp_path: Path) -> None:
    build_tool_source("airbyte", tmp_path).check()
    build_tool_source("singer", tmp_path).check()
    source = build_tool_source("airbyte", tmp_path)
    source._inner._config["password"] = "wrong-password"  # type: ignore[attr-defined]
    with pytest.raises(AccessDenied, match="own check failed"):
        source.check()


def test_limits_are_told_apart_from_refusals() -> None:
    from include.extract.programs.errors import build_exit_error

    error = build_exit_error("tap-x", 1, ["INFO start", "CRITICAL Error 429 Too Many Requests"])
    assert isinstance(error, RateLimited)
    error = build_exit_error("tap-x", 1, ["Exception: Config is missing required keys: ['x']"])
    assert isinstance(error, ConfigError)


@BOTH
def test_the_readmes_feed_block_is_valid(
    connector: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "include" / "connectors" / connector / "README.md").read_text()
    block = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert block
    head = "tenant: shown\nname: Shown\nowner: tests\nfeeds:\n"
    (tmp_path / "shown.yaml").write_text(head + block[1])
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    platform = load_platform()
    assert not platform.problems
    (feed,) = platform.feeds
    assert len(build_stream_names(feed)) == 2
    fields = {"password": SECRET}
    source = build_source(feed, Credentials(feed.connection_id, fields=fields))
    assert SECRET in str(source._inner._config)  # type: ignore[attr-defined]
