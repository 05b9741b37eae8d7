"""BigQuery's double as a server: started by the double's own Python, patched before it listens.

    <its python> serve_bigquery.py PORT FOLDER

It keeps what it has in FOLDER and binds to this machine only. Its DuckDB wants two extensions in
its home; their wheels carry them, so nothing is fetched.
"""

import importlib.util
import os
import sys
from pathlib import Path

EXTENSIONS = ("ducklake", "icu")


def run_link_extensions(home: Path) -> None:
    """Each extension where DuckDB looks for it."""
    import duckdb

    (platform,) = duckdb.sql("pragma platform").fetchone()
    there = home / ".duckdb" / "extensions" / f"v{duckdb.__version__}" / platform
    there.mkdir(parents=True, exist_ok=True)
    for name in EXTENSIONS:
        found = importlib.util.find_spec(f"duckdb_extension_{name}")
        file = f"{name}.duckdb_extension"
        (carried,) = Path(found.submodule_search_locations[0]).rglob(file)
        if not (there / file).exists():
            (there / file).symlink_to(carried)


def run_patch() -> None:
    """What the double does otherwise than the service."""
    from local_bigquery.sql import dialect
    from local_bigquery.sql.rules import ddl
    from sqlglot import exp

    # Geography wants a third extension, of 80 MB, and no row of ours has a shape.
    dialect.FUNCTIONS[:] = [path for path in dialect.FUNCTIONS if path.stem != "geography"]
    split = ddl.split

    def split_whole(tree):  # type: ignore[no-untyped-def]
        """A table that is replaced by a select of itself, with columns declared, was emptied
        before it was read; the select's own types are the declared ones.
        """
        if isinstance(tree, exp.Create) and tree.expression and isinstance(tree.this, exp.Schema):
            tree = tree.copy()
            tree.set("this", tree.this.this.copy())
        return split(tree)

    ddl.split = split_whole


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    os.environ["HOME"] = str(folder / "home")
    run_link_extensions(folder / "home")
    from local_bigquery.settings import settings

    settings.bigquery_host, settings.bigquery_port = "127.0.0.1", port
    settings.data_dir = folder / "data"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    run_patch()
    import uvicorn

    uvicorn.run("local_bigquery:app", host="127.0.0.1", port=port, log_level="warning")
