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


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    os.environ["HOME"] = str(folder / "home")
    run_link_extensions(folder / "home")
    from local_bigquery.settings import settings

    settings.bigquery_host, settings.bigquery_port = "127.0.0.1", port
    settings.data_dir = folder / "data"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    from local_bigquery.sql import dialect

    # Geography wants a third extension, of 80 MB, and no row of ours has a shape.
    dialect.FUNCTIONS[:] = [path for path in dialect.FUNCTIONS if path.stem != "geography"]
    import uvicorn

    uvicorn.run("local_bigquery:app", host="127.0.0.1", port=port, log_level="warning")
