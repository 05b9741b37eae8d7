"""The report as files."""

import json
import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from include.config.models import Tenant
from include.core.clock import format_instant
from include.ledger.connection import Warehouse
from include.pipeline.health.weekly.data import fetch_report
from include.pipeline.health.weekly.page import build_page

JSON_NAME, PAGE_NAME = "quality_report.json", "quality_report.html"


def run_write_report(
    tenant: Tenant, warehouse: Warehouse, folder: Path, *, has_page: bool
) -> tuple[dict[str, Any], list[Path]]:
    """The report, and the files it was written to; a reader sees the old file or the new one."""
    report = fetch_report(tenant, warehouse)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {JSON_NAME: json.dumps(report, indent=2, ensure_ascii=False, default=_plain) + "\n"}
    if has_page:
        texts[PAGE_NAME] = build_page(report)
    for name, text in texts.items():
        draft = folder / f".{name}.{os.getpid()}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / name)
    return report, [folder / name for name in texts]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date | Decimal):
        return str(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")
