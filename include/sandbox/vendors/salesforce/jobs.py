"""Bulk API 2.0 query jobs: made, polled twice, read by pages, deleted."""

from dataclasses import dataclass
from typing import Any

from include.sandbox.vendors.salesforce.ids import build_id
from include.sandbox.vendors.salesforce.shapes import build_csv
from include.sandbox.vendors.salesforce.soql import Query

# The server may give fewer rows than asked for; so does this one, that readers follow locators.
PAGE_ROWS = 500


@dataclass
class Job:
    """One query job; it is in progress at the first look and complete at the second."""

    identity: str
    operation: str
    query: Query
    rows: list[dict[str, Any]]
    version: str
    created: str
    looks: int = 0
    aborted: bool = False

    def describe(self) -> dict[str, Any]:
        """The job's status, one look further."""
        found = self.shape("InProgress" if self.looks < 1 else "JobComplete")
        self.looks += 1
        return found

    def shape(self, state: str) -> dict[str, Any]:
        """A query job of Bulk API 2.0 in the given state."""
        done = state == "JobComplete"
        return {
            "id": self.identity, "operation": self.operation, "object": self.query.name,
            "createdById": build_id("User", 1), "createdDate": self.created,
            "systemModstamp": self.created, "state": "Aborted" if self.aborted else state,
            "concurrencyMode": "Parallel", "contentType": "CSV",
            "apiVersion": float(self.version.removeprefix("v")), "jobType": "V2Query",
            "lineEnding": "LF", "columnDelimiter": "COMMA",
            **({"numberRecordsProcessed": len(self.rows), "retries": 0,
                "totalProcessingTime": 1200} if done else {}),
        }  # fmt: skip

    def page(self, locator: str | None, wanted: int) -> tuple[str, str, int] | None:
        """CSV, next locator (`null` at the end) and rows; None for an unknown locator."""
        start = 0
        if locator:
            if not locator.startswith("MT") or not locator[2:].isdecimal():
                return None
            start = int(locator[2:])
        rows = self.rows[start : start + min(wanted, PAGE_ROWS)]
        following = start + len(rows)
        text = build_csv(self.query.name, rows, self.query.fields)
        return text, f"MT{following}" if following < len(self.rows) else "null", len(rows)
