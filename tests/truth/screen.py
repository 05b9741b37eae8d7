"""The measures and the evidence as tables."""

from rich.console import Console
from rich.table import Table

from include.identity.settings import Kind
from tests.truth.agreement import EvidenceTable
from tests.truth.row import TruthRow


def build_rows_table(rows: list[TruthRow]) -> Table:
    table = Table("tenant", "measure", title="Marts and truth")
    for name in ("value", "target", "holds"):
        table.add_column(name, justify="right")
    for row in rows:
        words = {None: "-", True: "holds", False: "[bold red]FALLS SHORT[/]"}[row.holds]
        target = "-" if row.target is None else f"{row.target:g}"
        table.add_row(row.tenant, row.measure, f"{row.value:g}", target, words)
    return table


def build_evidence_table(kind: Kind, evidence: EvidenceTable) -> Table:
    """One line per kind of evidence: of the pairs that show it, how many were joined rightly."""
    table = Table("evidence", title=f"Evidence: {kind}")
    for name in ("pairs", "joined", "truly one", "precision", "recall"):
        table.add_column(name, justify="right")
    for words, line in sorted(evidence.lines.items(), key=lambda item: (-item[1].pairs, item[0])):
        shares = ("-" if one is None else f"{one:.3f}" for one in (line.precision, line.recall))
        table.add_row(words, str(line.pairs), str(line.joined), str(line.true), *shares)
    return table


def say_report(rows: list[TruthRow], evidence: dict[Kind, EvidenceTable], console: Console) -> None:
    console.print(build_rows_table(rows))
    for kind, table in evidence.items():
        if table.lines:
            console.print(build_evidence_table(kind, table))
