#!/usr/bin/env bash
# `elt`: the command line from any folder. `make setup` links it as .venv/bin/elt.
#
# Gives it what `make` gives: the variables of .env, and those of the stack that `make up` started
# (`elt --demo ...`: of the one that `make demo` started). What the shell has set already wins.
set -euo pipefail
self=${BASH_SOURCE[0]}
while [ -L "$self" ]; do
    link=$(readlink "$self")
    case $link in /*) self=$link ;; *) self=$(dirname "$self")/$link ;; esac
done
root=$(cd -P "$(dirname "$self")/../.." && pwd)

stack=.local/env
if [ "${1:-}" = --demo ]; then
    stack=.local/demo/env
    # Before the first `make demo` too: its tenants, if not its servers, are there.
    export ELT_TENANTS_DIR="$root/include/sandbox/tenants"
    shift
fi
here=$PWD
cd "$root"
# shellcheck source=include/local/dotenv.sh
. include/local/dotenv.sh
if [ -f "$stack" ] && [ -z "${WAREHOUSE_URL:-}${AIRFLOW_CONN_WAREHOUSE:-}" ]; then
    mine=$(export -p)
    # shellcheck disable=SC1090
    . "$stack"
    eval "$mine"
fi
cd "$here"

# Without bytecode every call compiles what it imports.
export PYTHONDONTWRITEBYTECODE=
export PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}"
python=$root/.venv/bin/python
[ -x "$python" ] || python=python3
# -P: a folder `include` or a file `json.py` where the command is typed must not be imported.
exec "$python" -P -m include.cli "$@"
