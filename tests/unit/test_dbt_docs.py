"""dbt's documentation page, with a program in dbt's place."""

from dataclasses import replace
from pathlib import Path

import pytest

from include.config.models import Platform
from include.config.settings import load_settings
from include.core.errors import TransformError
from include.pipeline.dbt.docs import run_build_docs

DBT = """#!/bin/sh
while [ $# -gt 0 ]; do
  [ "$1" = --target-path ] && target=$2
  [ "$1" = docs ] && docs=1
  shift
done
echo '{"nodes": {}, "sources": {}, "child_map": {}}' > "$target/manifest.json.new"
[ -n "$docs" ] || mv "$target/manifest.json.new" "$target/manifest.json"
[ ! -e "$BROKEN" ] || exit 1
[ -z "$docs" ] || test ! -s "$target/manifest.json" || echo page > "$target/static_index.html"
"""


def test_the_page_of_last_time_stays_when_dbt_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dbt = tmp_path / "bin" / "dbt"
    dbt.parent.mkdir()
    dbt.write_text(DBT.replace("$BROKEN", str(tmp_path / "broken")))
    dbt.chmod(0o755)
    project = tmp_path / "project"
    project.mkdir()
    settings = replace(
        load_settings(),
        state_dir=tmp_path,
        dbt_executable=dbt,
        dbt_project_dir=project,
        dbt_manifest=tmp_path / "dbt" / "manifest.json",
    )
    platform = Platform((), {}, (), ())
    assert run_build_docs(platform, settings).read_text() == "page\n"
    assert settings.dbt_docs == tmp_path / "dbt" / "docs.html"
    (tmp_path / "broken").touch()
    (tmp_path / "dbt" / "target" / "_docs" / "static_index.html").unlink()
    with pytest.raises(TransformError, match="dbt docs stopped with exit code 1"):
        run_build_docs(platform, settings)
    assert settings.dbt_docs.read_text() == "page\n"
