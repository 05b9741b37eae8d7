#!/usr/bin/env bash
# Both Python environments from their lock files: include/local/setup.sh [dev]
# `setup.sh uv` only says where uv is, and fetches it where there is none.
#
# EXTRAS="mssql ..." adds requirements-<extra>.lock: drivers that not everybody needs.
# Nothing is installed outside the repository. Quick when nothing changed: a stamp in each environment
# holds the hash of the lock it was made from. `dev` adds what tests and lint need.
set -euo pipefail
cd "$(dirname "$0")/../.."
UV_VERSION=0.13.8

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
            2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    echo "setup: no Python 3.11 or 3.12 found among \`${PYTHON:-python3 python3.12 python3.11}\`." >&2
    echo "setup: install one, or name it: make setup PYTHON=/path/to/python3.12" >&2
    return 1
}

find_uv() {
    if uv --version >/dev/null 2>&1; then
        command -v uv
        return
    fi
    if [ ! -x .local/uv/bin/uv ]; then
        echo "setup: uv is missing, installing uv $UV_VERSION into .local/uv" >&2
        "$1" -m pip install --quiet --target .local/uv "uv==$UV_VERSION" >&2
    fi
    echo .local/uv/bin/uv
}

hash_of() { "$1" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$2"; }

# install FOLDER LOCK: an environment that holds everything in LOCK.
install() {
    local folder=$1 lock=$2 stamp
    stamp="$folder/.installed-$lock"
    if [ -x "$folder/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(hash_of "$python" "$lock")" ]; then
        return
    fi
    [ -n "${uv:-}" ] || uv=$(find_uv "$python")
    echo "setup: $folder from $lock"
    [ -x "$folder/bin/python" ] || "$uv" venv --quiet --python "$python" "$folder"
    "$uv" pip install --quiet --require-hashes --python "$folder/bin/python" -r "$lock"
    hash_of "$python" "$lock" > "$stamp"
}

export UV_PYTHON_DOWNLOADS=never
# Before the first set-up nothing can read .env; of its variables only this one matters by then.
if [ -z "${PYTHON+set}" ] && [ -f .env ] && [ ! -x .venv/bin/python ]; then
    PYTHON=$(sed -n "s/^PYTHON=//p" .env | tail -n 1 | tr -d "\"'")
    [ -n "$PYTHON" ] || unset PYTHON
fi
python=$(find_python)
mkdir -p .local
if [ "${1:-}" = uv ]; then
    find_uv "$python"
    exit
fi
if [ "${1:-}" = dev ]; then
    # The development lock is a superset of the runtime lock, so one pass serves both.
    install .venv requirements-dev.lock
    hash_of "$python" requirements.lock > .venv/.installed-requirements.lock
else
    install .venv requirements.lock
fi
for extra in ${EXTRAS:-}; do
    if [ ! -f "requirements-$extra.lock" ]; then
        echo "setup: no extra \`$extra\`. Known: mssql, snowflake." >&2
        exit 1
    fi
    install .venv "requirements-$extra.lock"
done
install .venv-dbt requirements-dbt.lock
ln -sfn ../../include/local/elt.sh .venv/bin/elt
