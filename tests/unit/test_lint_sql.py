"""The lint of SQL leaves out what it has judged, and nothing else."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.lint_sql import main, run_lint


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    files = {
        ".sqlfluff": "[sqlfluff]\ndialect = postgres\n",
        ".sqlfluffignore": "dbt/macros/\n",
        "dbt/lint/adapter.py": "",
        "dbt/macros/one.sql": "{% macro one() %}1{% endmacro %}",
        "dbt/models/a.sql": "select 1 as a\n",
        "dbt/models/b.sql": "select 2 as b\n",
        "dbt/target/c.sql": "of a build",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def judged(tree: Path, code: int = 0) -> list[str]:
    """Names of the files that a run reads."""
    read: list[str] = []

    def judge(files: Sequence[Path]) -> int:
        read.extend(path.name for path in files)
        return code

    assert main(tree, tree / "state" / "clean.txt", judge) == (code if read else 0)
    return sorted(read)


def test_only_what_has_changed_is_judged_again(tree: Path) -> None:
    assert judged(tree) == ["a.sql", "b.sql"]
    assert judged(tree) == []
    (tree / "dbt/models/b.sql").write_text("select 3 as b\n")
    assert judged(tree) == ["b.sql"]


@pytest.mark.parametrize("name", [".sqlfluff", "dbt/lint/adapter.py", "dbt/macros/one.sql"])
def test_what_decides_on_all_files_has_all_judged_again(tree: Path, name: str) -> None:
    judged(tree)
    with (tree / name).open("a") as file:
        file.write("\n# another\n")
    assert judged(tree) == ["a.sql", "b.sql"]


def test_a_file_that_is_not_clean_is_judged_until_it_is(tree: Path) -> None:
    """Remembered as seen, it would pass the second run."""
    judged(tree)
    (tree / "dbt/models/b.sql").write_text("SELECT 3 as b\n")
    assert judged(tree, 1) == ["b.sql"]
    assert judged(tree, 1) == ["b.sql"]
    assert judged(tree) == ["b.sql"]


def test_sqlfluff_itself_says_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".sqlfluff").write_text("[sqlfluff]\ndialect = postgres\n")
    (tmp_path / "good.sql").write_text("select 1 as a\n")
    (tmp_path / "bad.sql").write_text("SELECT 1 as a,\n")
    assert run_lint([tmp_path / "good.sql"]) == 0
    assert run_lint([tmp_path / "good.sql", tmp_path / "bad.sql"]) == 1
