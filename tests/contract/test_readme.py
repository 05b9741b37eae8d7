"""What the documents tell people to type exists."""

import re
from pathlib import Path
from typing import get_args

import pytest

from include import cli
from include.config.blocks.paginator import Paginator
from include.config.connector_spec import Api, Auth, ColumnType, Connector, Cursor, Stream
from tests.contract.source_tree import ROOT, entries_of

README = ROOT / "README.md"
README_LIMIT = 160
# Words of a command stand in `code` or in an indented or fenced line.
MAKE = re.compile(r"(?:^|[`\n(]|\$ )\s*make ([a-z][a-z0-9-]*)")
CLI = re.compile(r"(?:^|[`\n(]|\$ )\s*elt ([a-z][a-z0-9-]*)")
TARGET = re.compile(r"^([a-z][a-z0-9-]*):(?!=)", re.MULTILINE)
PLACE = re.compile(r"`((?!raw/|mart/)[a-z][\w./]*/[\w./]+)`")
WORD = re.compile(r"`([a-z0-9_.]+)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def _documents() -> list[Path]:
    found = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    found += sorted((ROOT / "include" / "connectors").glob("*/README.md"))
    return [path for path in found if path.exists()]


def _makefile_targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text()))


def test_the_tour_leads_through_rooms_that_are_there() -> None:
    """A moved file left the map of the house behind, and the newcomer before a wall."""
    told = PLACE.findall((ROOT / "docs" / "tour.md").read_text())
    assert len(told) > 50
    roots = (ROOT, ROOT / "include")
    assert not [path for path in told if not any((root / path).exists() for root in roots)]


def test_every_make_command_in_the_documents_exists() -> None:
    targets = _makefile_targets()
    assert {"demo", "test"} <= targets
    told = [(doc, name) for doc in _documents() for name in MAKE.findall(doc.read_text())]
    assert len(told) >= 5
    assert not [f"{d.relative_to(ROOT)}: make {name}" for d, name in told if name not in targets]


def test_every_cli_command_in_the_documents_exists() -> None:
    told = [(doc, name) for doc in _documents() for name in CLI.findall(doc.read_text())]
    makefile = (ROOT / "Makefile").read_text()
    told += [(ROOT / "Makefile", n) for n in re.findall(r"-m include\.cli ([a-z-]+)", makefile)]
    assert len(told) >= 3
    unknown = [f"{d.relative_to(ROOT)}: {name}" for d, name in told if name not in cli.COMMANDS]
    assert not unknown


def test_the_two_commands_come_first() -> None:
    lines = README.read_text().splitlines()
    assert len(lines) <= README_LIMIT, f"{len(lines)} lines, limit {README_LIMIT}"
    commands = re.findall(r"^make (\w+)", README.read_text(), re.MULTILINE)
    assert commands[:2] == ["demo", "test"]


def test_every_target_tells_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text()
    told = set(re.findall(r"^([a-z][a-z0-9-]*):[^\n]*## ", text, re.MULTILINE))
    wanted = {"setup", "demo", "up", "down", "run", "test", "lint", "validate", "e2e", "bench"}
    assert wanted | {"clean", "status", "logs"} <= told


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text())
    missing = [link for link in targets if not (document.parent / link).exists()]
    assert not missing


def test_the_tree_in_the_readme_is_the_tree_on_disk() -> None:
    """Folders the README draws exist; a reader who does not find one stops believing the rest."""
    text = README.read_text()
    rooms = re.findall(r"^\s{4,8}([a-z_]+)/", text, re.MULTILINE)
    assert rooms
    known = {p.name for top in (ROOT, ROOT / "include", ROOT / "dbt") for p in top.iterdir()}
    known |= {p.name for p in (ROOT / "dbt" / "models").iterdir()}
    assert not sorted(set(rooms) - known)
    drawn = {path.name for path in entries_of(ROOT / "include") if path.is_dir()}
    assert not sorted(drawn - set(rooms)), "rooms the tree does not draw"


def test_the_connector_guide_lists_every_type_and_kind() -> None:
    text = (ROOT / "docs" / "new_connector.md").read_text()
    for row, model in (("auth.kind", Auth), ("paginator.kind", Paginator)):
        (line,) = re.findall(rf"^\| `{row}` \| (.*) \|$", text, re.MULTILINE)
        assert set(get_args(model.model_fields["kind"].annotation)) <= set(WORD.findall(line)), row
    (types,) = re.findall(r"^Types: (.*?)\. `format`", text, re.MULTILINE | re.DOTALL)
    assert set(get_args(ColumnType)) == set(re.findall(r"[a-z]+", re.sub(r"\(.*?\)", "", types)))


def test_the_connector_guide_names_only_what_exists() -> None:
    text = (ROOT / "docs" / "new_connector.md").read_text()
    models = (Api, Auth, Connector, Cursor, Paginator, Stream)
    known = {name for model in models for name in model.model_fields}
    rows = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    told = {word.split(".")[-1] for row in rows for word in WORD.findall(row)}
    assert len(told) >= 12
    assert told - known == set()
