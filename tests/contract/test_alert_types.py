"""Every type of alert has an entry in the runbook, and every entry is a type."""

import re

from include.config.settings import ROOT
from include.core.alert_types import SEVERITIES, TYPES

RUNBOOK = ROOT / "docs" / "runbook.md"


def _entries() -> dict[str, str]:
    """Heading -> text, of the runbook's section on alerts."""
    section = re.split(r"^## ", RUNBOOK.read_text(), flags=re.MULTILINE)
    [alerts] = [one for one in section if one.startswith("Alerts\n")]
    _head, *parts = re.split(r"^### ", alerts, flags=re.MULTILINE)
    return {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in parts}


def test_the_runbook_has_each_type_and_no_other() -> None:
    entries = _entries()
    assert set(entries) == set(TYPES)
    assert all(len(text) > 60 for text in entries.values())


def test_types_speak_to_people() -> None:
    for one in TYPES.values():
        assert one.severity in SEVERITIES
        assert one.title[0].islower() or one.title.startswith("Airflow"), one.name
        assert one.title[-1].isalpha(), one.name
        assert one.advice.endswith("."), one.name
