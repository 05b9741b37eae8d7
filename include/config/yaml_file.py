"""YAML with line numbers, so that every configuration error can name the line it means."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

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


class DuplicateKey(yaml.YAMLError):
    """A mapping names a key twice; YAML would silently keep the last."""

    def __init__(self, key: str, line: int, first_line: int) -> None:
        super().__init__(f"`{key}` stands twice (first in line {first_line}). Remove one.")
        self.line = line


def load_yaml(path: Path) -> YamlFile:
    """Read one file.

    Raises:
        yaml.YAMLError: Not YAML, or a key stands twice.
        OSError, UnicodeDecodeError: The file cannot be read as UTF-8 text.
    """
    # The C parser is eight times faster than the Python one; a hundred tenants are parsed per loop.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        lines: dict[Loc, int] = {}
        _collect_lines(node, (), lines)
        data = loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()
    return YamlFile(path, data, lines)


def _collect_lines(node: yaml.Node | None, loc: Loc, lines: dict[Loc, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            here = (*loc, key.value)
            if here in lines:
                raise DuplicateKey(str(key.value), line, lines[here])
            lines[here] = line
            _collect_lines(value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*loc, index)] = item.start_mark.line + 1
            _collect_lines(item, (*loc, index), lines)


def problem_line(error: yaml.YAMLError) -> int | None:
    """The line a YAML error speaks of, when it knows."""
    if isinstance(error, DuplicateKey):
        return error.line
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else None
