"""Every YAML example of every document goes through the validation a reader's file goes through."""

import re
import textwrap
from pathlib import Path
from string import Template

import pytest
import yaml

from include.config.load import load_connectors, load_tenant
from include.config.models import TenantFile
from tests.contract.source_tree import ROOT

BLOCK = re.compile(r"^( *)```ya?ml\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
CONNECTORS, PROBLEMS = load_connectors(ROOT / "include" / "connectors")
HEAD = "tenant: {stem}\nname: N\nowner: me\n"
FEEDS = "feeds:\n" + "".join(
    f"  {name}: {{connector: {connector}, start_date: 2026-01-01}}\n"
    for name, connector in {
        "shopify": "shopify",
        "square": "square",
        "stripe": "stripe",
        "quickbooks_online": "quickbooks",
    }.items()
)
FEED = "feeds:\n  example:\n    connector: {connector}\n    start_date: 2026-01-01\n"


def _documents() -> list[Path]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "dbt").rglob("*.md")]
    found += [*(ROOT / "include").rglob("*.md"), *(ROOT / "include").rglob("*.md.tmpl")]
    skipped = {"dbt_packages", "target", "logs"}
    return sorted(path for path in found if not skipped & set(path.parts))


def _examples() -> list[tuple[Path, int, str]]:
    """(document, line, text) of every YAML block."""
    found = []
    for path in _documents():
        text = path.read_text()
        if path.suffix == ".tmpl":
            text = Template(text).safe_substitute(name="stripe", options="")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append((path, line, textwrap.dedent(match[2])))
    return found


EXAMPLES = _examples()


def _complete(text: str, document: Path, stem: str) -> str:
    """The tenant file that the example is a part of."""
    said = yaml.safe_load(text)
    if "tenant" in said:
        return text
    head = HEAD.format(stem=stem)
    if {"options", "streams", "stream_settings"} & set(said):
        # Part of a feed's block, in the README of its connector.
        is_block = "streams" not in said
        depth = 4 if is_block else 6
        opened = "" if is_block else "    options:\n"
        feed = FEED.format(connector=document.parent.name)
        return head + feed + opened + textwrap.indent(text, " " * depth)
    if not set(said) & set(TenantFile.model_fields):
        return f"{head}feeds:\n{textwrap.indent(text, '  ')}"
    if "feeds" not in said:
        return head + FEEDS + text
    for block in said["feeds"].values():
        # What the example is not about.
        block.setdefault("start_date", "2026-01-01")
    return head + yaml.safe_dump(said)


def _validate(text: str, document: Path, folder: Path) -> list[str]:
    """Problems, as `validate` tells them."""
    said = yaml.safe_load(text)
    if "connector" in said and "streams" in said:
        path = folder / said["connector"] / "connector.yaml"
        path.parent.mkdir()
        path.write_text(text)
        _, problems = load_connectors(folder)
        return list(map(str, problems))
    path = folder / f"{said.get('tenant', 'example')}.yaml"
    path.write_text(_complete(text, document, "example"))
    tenant, problems = load_tenant(path, CONNECTORS)
    assert problems or (tenant is not None and tenant.feeds), "the example says nothing"
    return list(map(str, problems))


@pytest.mark.parametrize(
    ("document", "line", "text"),
    EXAMPLES,
    ids=[f"{path.relative_to(ROOT)}:{line}" for path, line, _ in EXAMPLES],
)
def test_an_example_is_valid(document: Path, line: int, text: str, tmp_path: Path) -> None:
    """The files connector's own example failed `make validate` when it was pasted."""
    assert not _validate(text, document, tmp_path)


def test_the_examples_are_found() -> None:
    assert not PROBLEMS
    documents = {path.relative_to(ROOT).as_posix() for path, _, _ in EXAMPLES}
    assert {"README.md", "docs/new_connector.md", "include/connectors/files/README.md"} <= documents
    blocks = sum(len(re.findall(r"```ya?ml", path.read_text())) for path in _documents())
    assert len(EXAMPLES) == blocks >= 15


def test_a_wrong_example_is_found(tmp_path: Path) -> None:
    wrong = "  uploads:\n    connector: files\n    start_date: 2026-01-01\n    option: {path: x}\n"
    (problem,) = _validate(textwrap.dedent(wrong), ROOT / "README.md", tmp_path)
    assert "Did you mean `options`?" in problem
