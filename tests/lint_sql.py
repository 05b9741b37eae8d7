"""`python -m tests.lint_sql`: sqlfluff over dbt/, over what it has not yet found clean.

Judging a file takes 0.2 CPU seconds, 400 of them a minute and a half. What decides the verdict is
the file, the rules, the macros and sqlfluff itself; a digest of these is kept for each clean file.
"""

import gc
import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from include.config.settings import ROOT, load_settings

# A macro decides how every model reads; sqlfluff is told what dbt's own words mean by dbt/lint.
RULES = (".sqlfluff", ".sqlfluffignore", "dbt/lint", "dbt/macros")
NOT_JUDGED = ("macros", "target", "dbt_packages", "logs")
# Parse trees are large and no garbage: Python looked through them for a fifth of the time.
COLLECT_AFTER = 500_000


def build_digests(files: Iterable[Path], rules: str) -> dict[str, Path]:
    """Digest of all that decides on a file -> the file; of two that are alike, one."""
    return {
        hashlib.sha256(rules.encode() + path.read_bytes()).hexdigest(): path
        for path in sorted(files)
    }


def load_rules(root: Path) -> str:
    """What decides on every file, as one digest."""
    read = hashlib.sha256(version("sqlfluff").encode())
    for name in RULES:
        place = root / name
        inside = [path for path in place.rglob("*") if path.suffix in (".py", ".sql")]
        for path in sorted(inside) if place.is_dir() else [place]:
            read.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return read.hexdigest()


def find_files(folder: Path) -> list[Path]:
    """Every SQL file that is a statement."""
    found = folder.rglob("*.sql")
    return [path for path in found if path.relative_to(folder).parts[0] not in NOT_JUDGED]


def run_lint(files: Sequence[Path]) -> int:
    """sqlfluff's exit code, the worst of two processes; it says what it finds.

    Its own processes are spawned: each reads the rules anew and hands its parse trees back.
    """
    halves = [half for half in (files[::2], files[1::2]) if half]
    with get_context("fork").Pool(len(halves)) as pool:
        return max(pool.map(_lint, halves, chunksize=1))


def _lint(files: Sequence[Path]) -> int:
    from sqlfluff.cli.commands import lint

    gc.set_threshold(COLLECT_AFTER, 20, 20)
    try:
        lint(["--disable-progress-bar", *map(str, files)])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def main(root: Path, kept: Path, judge: Callable[[Sequence[Path]], int] = run_lint) -> int:
    """Lint what is new and keep what is clean now, in the file `kept`; sqlfluff's exit code."""
    known = set(kept.read_text().split()) if kept.exists() else set()
    digests = build_digests(find_files(root / "dbt"), load_rules(root))
    new = [path for digest, path in digests.items() if digest not in known]
    code = judge(new) if new else 0
    clean = digests if code == 0 else digests.keys() & known
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("\n".join(sorted(clean)) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(ROOT, load_settings().state_dir / "lint" / "clean.txt"))
