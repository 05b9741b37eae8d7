#!/usr/bin/env bash
# What a container of the image runs: `scheduler` is `airflow scheduler`. The Helm chart names its programs itself
# (`bash -c "exec airflow scheduler"`, `airflow db ...`) and calls this as /entrypoint in its probes, as in Airflow's own image.
case "${1:-}" in
    airflow | bash | sh | python | elt) exec "$@" ;;
    *) exec airflow "$@" ;;
esac
