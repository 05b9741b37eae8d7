"""YAML with line numbers, so that every configuration error can name the line it means."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from include.config.walls.plain_files import NoPlainFile, load_plain

# Far above any configuration, far below what a parser chokes on.
MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_NODES = 100_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# YAML 1.1 takes 0123 for 83 (octal) and 9:30 for 570 (base 60).
_OTHER_NUMBER = re.compile(r"^[-+]?(0[0-7_]+$|[0-9_]+(:[0-9_.]+)+$)")

Loc = tuple[str | int, ...]
Trouble = list[tuple[Loc, str]]  # what is wrong, with its place below the block in question


@dataclass(frozen=True)
class YamlFile:
    """A parsed file: plain data, and the line (1-based) of every key and list element."""

    path: Path
    data: Any
    lines: dict[Loc, int]

    def line(self, loc: Loc) -> int | None:
        """Line of `loc`, or of its nearest known parent."""
        for length in range(len(loc), 0, -1):
            if loc[:length] in self.lines:
                return self.lines[loc[:length]]
        return None


class YamlFault(yaml.YAMLError):
    """The file is YAML, and yet no configuration; knows the line."""

    def __init__(self, problem: str, line: int | None) -> None:
        super().__init__(problem)
        self.line = line


def load_yaml(path: Path) -> YamlFile:
    """Read one file, however hostile: what it costs is bounded.

    Raises:
        yaml.YAMLError: Not YAML, a key stands twice, or larger, deeper or odder than any
            configuration is.
        OSError, UnicodeDecodeError: The file cannot be read as UTF-8 text.
    """
    text = _read_text(path)
    _check_size(text)
    # The C parser is eight times faster than the Python one; a hundred tenants are parsed per loop.
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        lines: dict[Loc, int] = {}
        _LineCollector(lines).collect(node, (), 0)
        data = _construct(loader, node) if node is not None else None
    finally:
        loader.dispose()
    return YamlFile(path, data, lines)


def _read_text(path: Path) -> str:
    try:
        return load_plain(path, MAX_BYTES).decode("utf-8-sig")
    except NoPlainFile as error:
        raise YamlFault(str(error.strerror), None) from None


def _check_size(text: str) -> None:
    """From the parser's events: composing recurses in C and would take the process with it."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if nodes > 2 * MAX_NODES:
                raise YamlFault(f"it holds more than {2 * MAX_NODES} keys and values", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlFault(f"it is nested deeper than {MAX_DEPTH} levels", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


@dataclass
class _LineCollector:
    """Walks the nodes as often as aliases name them, so it meets what an alias would explode to."""

    lines: dict[Loc, int]
    seen: int = 0

    def collect(self, node: yaml.Node | None, loc: Loc, depth: int) -> None:
        self.seen += 1
        if self.seen > MAX_NODES or depth > MAX_DEPTH:
            line = node.start_mark.line + 1 if node is not None else None
            raise YamlFault(
                f"an alias contains itself, or aliases make more than {MAX_NODES} values", line
            )
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._collect_key(key, loc)
                self.collect(value, (*loc, key.value), depth + 1)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.lines[(*loc, index)] = item.start_mark.line + 1
                self.collect(item, (*loc, index), depth + 1)
        elif node is not None:
            _check_characters(node)

    def _collect_key(self, key: yaml.Node, loc: Loc) -> None:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise YamlFault("a list or a mapping stands where a key must be a word", line)
        _check_characters(key)
        here = (*loc, key.value)
        if here in self.lines:
            first = self.lines[here]
            raise YamlFault(f"`{key.value}` stands twice (first in line {first}). Remove one", line)
        self.lines[here] = line


def _check_characters(node: yaml.Node) -> None:
    """Databases and JSON refuse them, long after this file was believed."""
    if _UNSTORABLE.search(node.value):
        problem = "a text holds a control character or half of a surrogate pair"
        raise YamlFault(problem, node.start_mark.line + 1)
    if node.tag.endswith((":int", ":float")) and _OTHER_NUMBER.match(node.value):
        problem = f"`{node.value[:40]}` is another number in YAML than it looks. Write it in quotes"
        raise YamlFault(problem, node.start_mark.line + 1)


def _construct(loader: Any, root: yaml.Node) -> Any:
    try:
        return loader.construct_document(root)
    except (ValueError, ArithmeticError, TypeError, AttributeError) as error:
        fault, value = _find_fault(root)
        shown = f"`{value[:40]}` " if value else "a value "
        raise YamlFault(f"{shown}is no date or number that exists", fault) from error


def _find_fault(root: yaml.Node) -> tuple[int | None, str]:
    """Line and text of the scalar that cannot be made a value."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            try:
                yaml.SafeLoader("").construct_object(node)
            except Exception:
                return node.start_mark.line + 1, node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        else:
            waiting += node.value
    return None, ""


def problem_line(error: yaml.YAMLError) -> int | None:
    """The line a YAML error speaks of, when it knows."""
    if isinstance(error, YamlFault):
        return error.line
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else None
