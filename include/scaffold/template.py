"""Texts beside this file with `$name` for what differs."""

from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "templates"


def load_filled(template: str, values: dict[str, str]) -> str:
    """`templates/<template>.tmpl` with every `$name` filled; KeyError when one has no value."""
    text = (TEMPLATES / f"{template}.tmpl").read_text(encoding="utf-8")
    return Template(text).substitute(values)
