#!/usr/bin/env bash
# Lock files from the direct pins, valid for Python 3.11 and 3.12 on every platform.
# No header and no annotations: they would carry the machine's paths.
set -euo pipefail
cd "$(dirname "$0")/../.."
# `make setup` keeps a uv of its own where the machine has none.
uv=$(command -v uv || echo .local/uv/bin/uv)
[ -x "$uv" ] || { echo "lock: uv is missing; \`make setup\` installs it into .local/uv" >&2; exit 1; }
for name in requirements requirements-mssql requirements-snowflake requirements-dev requirements-dbt; do
    "$uv" pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --generate-hashes \
        "$name.txt" -o "$name.lock"
done
# The doubles that tests start, each in an environment of its own. BigQuery's asks for another Python, and
# for a release of DuckDB that has no extensions as packages: the override says which it gets.
double() {
    "$uv" pip compile --quiet --universal --no-header --no-annotate --generate-hashes "${@:2}" \
        "tests/doubles/$1.txt" -o "tests/doubles/$1.lock"
}
double snowflake --python-version 3.11
double bigquery --python-version 3.13 --override tests/doubles/bigquery.override
