"""Whatever is in one file is that file's problem: one red DAG, and every other DAG stays."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from include.config.load import load_platform
from include.config.yaml_file import MAX_BYTES
from tests.dags.conftest import CONNECTORS, DAG_FILES, ROOT, TENANT, dags_of
from tests.dags.test_dag_set import OPS

# All DAG files over, on a slow machine; Airflow gives each of them 30 s.
MOST_SECONDS = 30
SHOP = {"ingest__shop__drop", "ingest__shop__till", "transform__shop"}
HEAD = "tenant: bad\nname: Bad\nowner: x\n"
FEED = "feeds:\n  till: {start_date: 2025-01-01}\n"
GOOD = HEAD + FEED
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
# What stands in bad.yaml -> what its report says (with the line, where one is to blame).
TEXTS: dict[str, tuple[str, str]] = {
    "a date that does not exist": (
        GOOD.replace("2025-01-01", "2025-02-30"),
        "bad.yaml:5: not valid YAML: `2025-02-30` is no date or number that exists",
    ),
    "a month that does not exist": (GOOD.replace("2025-01-01", "2025-13-01"), "bad.yaml:5: "),
    "a date before the calendar": (GOOD.replace("2025-01-01", "0001-01-01"), "bad.yaml:5: "),
    "a date after the calendar": (GOOD.replace("2025-01-01", "9999-12-31"), "bad.yaml:5: "),
    "a time zone that is a folder": (f"timezone: Europe\n{GOOD}", "bad.yaml:1: `timezone` is"),
    "a time zone outside the folder": (f"timezone: ../../etc\n{GOOD}", "bad.yaml:1: `timezone`"),
    "an empty time zone": (f"timezone: ''\n{GOOD}", "bad.yaml:1: `timezone`"),
    "a number of 5,000 digits": (f"grace_minutes: {'9' * 5000}\n{GOOD}", "bad.yaml:1: "),
    "a number of 4,000 digits": (f"grace_minutes: {'9' * 4000}\n{GOOD}", "bad.yaml:1: "),
    "a deadline no calendar holds": (
        GOOD.replace("01-01}", "01-01, deadline_minutes: 99999999999999}"),
        "bad.yaml:5: ",
    ),
    "a time limit no calendar holds": (
        f"limits: {{timeout_minutes: 99999999999999}}\n{GOOD}",
        "bad.yaml:1: ",
    ),
    "infinity": (
        GOOD.replace("01-01}", "01-01, stream_settings: {sales: {sweep_limit_share: .nan}}}"),
        "bad.yaml:5: ",
    ),
    "a schedule that never comes": (
        GOOD.replace("{start", "{schedule: 0 0 31 2 *, start"),
        "No year has that day",
    ),
    "a range that runs backwards": (
        GOOD.replace("{start", "{schedule: 0 9-5 * * *, start"),
        "runs backwards",
    ),
    "a list as a key": (f"? [a, b]\n: c\n{GOOD}", "bad.yaml:1: not valid YAML: a list or"),
    "a mapping as a key": (f"{{a: b}}: c\n{GOOD}", "bad.yaml:1: not valid YAML: a list or"),
    "a number as a key": (GOOD + "1: x\n", "bad.yaml"),
    "a null as a key": (GOOD + "~: x\n", "bad.yaml"),
    "an alias that contains itself": (f"x: &a [*a]\n{GOOD}", "an alias contains itself"),
    "a mapping that contains itself": (f"x: &a {{b: *a}}\n{GOOD}", "an alias contains itself"),
    "a merge of itself": (f"x: &a\n  <<: *a\n{GOOD}", "bad.yaml"),
    "an alias that explodes": (LAUGHS + GOOD, "aliases make more than"),
    "an alias of nothing": (f"x: *nobody\n{GOOD}", "bad.yaml:1: not valid YAML"),
    "twenty thousand brackets": (f"x: {'[' * 20_000}{']' * 20_000}\n", "bad.yaml:1: "),
    "four hundred thousand brackets": (f"x: {'[' * 400_000}", "bad.yaml:1: "),
    "twenty thousand braces": (f"x: {'{a: ' * 20_000}{'}' * 20_000}\n", "bad.yaml:1: "),
    "twenty thousand dashes": (f"{'- ' * 20_000}x\n", "bad.yaml:1: "),
    "twenty thousand question marks": (f"{'? ' * 20_000}x\n", "bad.yaml:1: "),
    "a tag that runs Python": ("x: !!python/object/apply:os.system [ls]\n" + GOOD, "bad.yaml:1: "),
    "an unknown tag": (f"x: !secret y\n{GOOD}", "bad.yaml:1: "),
    "a set": (GOOD.replace("name: Bad", "name: !!set {a, b}"), "bad.yaml:2: "),
    "binary that is none": (GOOD.replace("name: Bad", "name: !!binary '%'"), "bad.yaml:2: "),
    "two documents": (f"{GOOD}---\n{GOOD}", "bad.yaml:6: not valid YAML"),
    "an escaped NUL": (GOOD.replace("Bad", '"B\\0d"'), "bad.yaml:2: not valid YAML: a text holds"),
    "half of a surrogate pair": (GOOD.replace("Bad", '"\\ud800"'), "bad.yaml:2: "),
    "a list for a mapping": (HEAD + "feeds: [a]\n", "bad.yaml:4: "),
    "a list for the streams of a folder": (
        GOOD + "  drop: {connector: folder, start_date: 2025-01-01, options: {path: x, "
        "streams: [a]}}\n",
        "bad.yaml:6: ",
    ),
    "a stream that is no task": (
        GOOD + "  drop: {connector: folder, start_date: 2025-01-01, options: {path: x, "
        "streams: {a b!: {}, 1: {}}}}\n",
        "bad.yaml:6: ",
    ),
    "a feed with a name of 300 letters": (
        HEAD + f"feeds:\n  {'a' * 300}: {{connector: till, start_date: 2025-01-01}}\n",
        "bad.yaml:5: ",
    ),
    "an owner of a million letters": (GOOD.replace("x\n", "x" * 900_000 + "\n"), "bad.yaml:3: "),
    "a tenant called as PostgreSQL is": (GOOD.replace("tenant: bad", "tenant: pg"), "bad.yaml:1: "),
    "a feed called as the salt is": (
        HEAD + "feeds:\n  privacy: {connector: till, start_date: 2025-01-01}\n",
        "bad.yaml:5: feed `privacy`: `bad__privacy` is the platform's own connection",
    ),
    "an octal number": (
        GOOD.replace("01-01}", "01-01, deadline_minutes: 0777}"),
        "bad.yaml:5: not valid YAML: `0777` is another number in YAML than it looks",
    ),
    "a number of base sixty": (
        GOOD.replace("01-01}", "01-01, deadline_minutes: 9:30}"),
        "`9:30` is another number",
    ),
    "a cron line of six fields": (
        GOOD.replace("{start", "{schedule: '0 0 * * * 5', start"),
        "a cron line of five fields",
    ),
    "more feeds than one business has": (
        HEAD
        + "feeds:\n"
        + "".join(f"  g{n}: {{connector: till, start_date: 2025-01-01}}\n" for n in range(501)),
        "bad.yaml:4: `feeds`: dictionary should have at most 500 items",
    ),
    "three thousand faults": (
        GOOD + "".join(f"k{n}: 1\n" for n in range(3000)),
        "And 2980 more faults of this kind.",
    ),
    "three thousand streams that are none": (
        GOOD.replace("01-01}", f"01-01, streams: [{', '.join(f's{n}' for n in range(3000))}]}}"),
        "And 2980 more faults of this kind.",
    ),
    "three thousand columns that are none": (
        GOOD
        + "privacy:\n  columns:\n"
        + "".join(f"    till.sales.c{n}: drop\n" for n in range(3000)),
        "bad.yaml:7: privacy: And 2980 more faults of this kind.",
    ),
    "a cron line of half a megabyte": (
        GOOD.replace("{start", f"{{schedule: '{'0,' * 250_000}0 * * * *', start"),
        "bad.yaml:5: `feeds.till.schedule` is `0,0,",
    ),
    "a key of half a megabyte": (f"{GOOD}? {'k' * 500_000}\n: x\n", "bad.yaml:6: `kkk"),
    "a quarter of a million values": (f"x: [{'1,' * 250_000}]\n", "holds more than 200000 keys"),
    "two files in one, after a conflict": (
        f"<<<<<<< HEAD\n{GOOD}=======\n{GOOD}>>>>>>> other\n",
        "bad.yaml:2: ",
    ),
    "quotes that a word processor made": (
        GOOD.replace("Bad", "\u201cBad: x\u201d: y"),
        "bad.yaml:2: ",
    ),
    "a page of a web site": ("<!DOCTYPE html>\n<html><body>404</body></html>\n", "bad.yaml:1: "),
    "JSON that ends too soon": ('{"tenant": "bad",\n"feeds": {"till": {', "bad.yaml:3: "),
    "a merge of a list": (f"{GOOD}<<: [1, 2]\n", "bad.yaml:6: not valid YAML"),
    "a tab for spaces": (f"{GOOD}\talerts: x\n", "bad.yaml:6: not valid YAML"),
    "nothing": ("", "bad.yaml:1: is empty"),
    "only a comment": ("# soon\n", "bad.yaml:1: is empty"),
    "a scalar": ("hello\n", "bad.yaml:1: is empty or not a mapping"),
}


def _not_utf8(path: Path) -> None:
    path.write_bytes(GOOD.replace("Bad", "B\xe4d").encode("latin-1"))


def _nul(path: Path) -> None:
    path.write_bytes(GOOD.encode() + b"\0")


def _huge(path: Path) -> None:
    path.write_bytes(GOOD.encode() + b"#" * MAX_BYTES)


def _hundred_megabytes(path: Path) -> None:
    path.write_text(GOOD)
    os.truncate(path, 100_000_000)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _unreadable(path: Path) -> None:
    path.write_text(GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything; a link to nothing is as unreadable
        path.unlink()
        path.symlink_to(path.parent / "gone")


FILES: dict[str, Callable[[Path], object]] = {
    "bytes that are not UTF-8": _not_utf8,
    "a NUL": _nul,
    "UTF-16": lambda path: path.write_bytes(GOOD.encode("utf-16")),
    "a huge file": _huge,
    "a hundred megabytes": _hundred_megabytes,
    "a device without end": _endless,
    "a link to itself": _loop,
    "a named pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "an unreadable file": _unreadable,
}


def _assert_one_red_dag(expected: str) -> None:
    began = time.process_time()
    found = {id_ for path in DAG_FILES for id_ in dags_of(path)}
    assert found == OPS | SHOP | {"broken__bad"}
    dag = dags_of(ROOT / "dags" / "tenant_quarantine.py")["broken__bad"]
    assert expected in (dag.doc_md or "")
    assert len(dag.doc_md or "") < 300_000
    assert time.process_time() - began < MOST_SECONDS


@pytest.mark.parametrize("kind", TEXTS)
def test_what_one_file_says_is_that_files_problem(kind: str, write_platform) -> None:
    """One such file made load_platform raise, and every tenant's DAGs were gone."""
    text, expected = TEXTS[kind]
    write_platform(shop=TENANT, bad=text)
    _assert_one_red_dag(expected)


@pytest.mark.parametrize("kind", FILES)
def test_what_one_file_is_is_that_files_problem(kind: str, write_platform, tmp_path: Path) -> None:
    write_platform(shop=TENANT)
    FILES[kind](tmp_path / "tenants" / "bad.yaml")
    _assert_one_red_dag("bad.yaml")


@pytest.mark.parametrize("kind", [*TEXTS, *FILES])
def test_a_connector_file_breaks_only_the_tenants_that_use_it(
    kind: str, write_platform, tmp_path: Path
) -> None:
    write_platform(shop=TENANT, bad=HEAD + "feeds:\n  odd: {start_date: 2025-01-01}\n")
    path = tmp_path / "connectors" / "odd" / "connector.yaml"
    path.parent.mkdir()
    if kind in FILES:
        FILES[kind](path)
    else:
        path.write_text(TEXTS[kind][0])
    _assert_one_red_dag("connector `odd` is broken")
    assert any(one.path == path for one in load_platform().problems)


def test_thirty_thousand_faults_are_told_of_in_seconds(write_platform) -> None:
    """A guess for each took a minute, longer than any DAG file may take."""
    columns = "".join(f"    till.sales.c{n}: drop\n" for n in range(30_000))
    began = time.process_time()
    platform = write_platform(shop=TENANT, bad=f"{GOOD}privacy:\n  columns:\n{columns}")
    assert time.process_time() - began < MOST_SECONDS
    assert platform.broken == ("bad",)
    assert len(platform.problems) < 30


def test_a_dag_that_cannot_be_drawn_is_red_under_its_own_name(write_platform, monkeypatch) -> None:
    """What validation let through raised while the DAG was built: all DAGs of the file went."""
    import include.orchestration.dag_builders.feed as feed_dags

    real = feed_dags.build_ingest_docs

    def draw(feed):
        if feed.name == "drop":
            raise OverflowError("too\0 far")
        return real(feed)

    write_platform(shop=TENANT)
    monkeypatch.setattr(feed_dags, "build_ingest_docs", draw)
    dags = dags_of(ROOT / "dags" / "tenant_ingest.py")
    assert set(dags) == {"ingest__shop__drop", "ingest__shop__till"}
    assert [task.task_id for task in dags["ingest__shop__drop"].tasks] == ["problems"]
    assert "OverflowError" in dags["ingest__shop__drop"].doc_md


def test_files_with_names_alike_each_get_a_red_dag(write_platform) -> None:
    write_platform(**{"My Shop": "x", "my_shop": "x", "é": "x", "ü": "x", "a" * 240: "x"})
    found = dags_of(ROOT / "dags" / "tenant_quarantine.py")
    assert len(found) == 5
    assert all(len(dag_id) < 200 for dag_id in found)


def test_files_that_differ_by_case_or_ending_are_red_and_the_tenant_stays(
    write_platform, tmp_path: Path
) -> None:
    """`shop.yml` was passed over in silence, as was `SHOP.YAML`; `Shop.yaml` is another tenant's
    file on this disk and the same one on others."""
    write_platform(shop=TENANT)
    for name in ("shop.yml", "SHOP.YAML", "Shop.yaml", "SHOP.yaml"):
        (tmp_path / "tenants" / name).write_text(TENANT)
    (tmp_path / "tenants" / "notes.txt").write_text("x")
    (tmp_path / "tenants" / ".shop.yml").write_text("an editor's")
    red = dags_of(ROOT / "dags" / "tenant_quarantine.py")
    assert len(red) == 4
    assert all(dag_id.startswith("broken__shop") for dag_id in red)
    found = {id_ for path in DAG_FILES for id_ in dags_of(path)}
    assert found - set(red) == OPS | SHOP
    assert sum("is not read" in (dag.doc_md or "") for dag in red.values()) == 2


def test_the_made_up_tenants_are_whole() -> None:
    """The kinds above differ from these in one thing each."""
    assert {"till", "folder"} <= set(CONNECTORS)
