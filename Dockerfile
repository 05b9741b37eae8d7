# Both environments from the same lock files as `make setup`, run by an ordinary user.
FROM python:3.12-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.8
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /opt/elt
COPY requirements.lock requirements-mssql.lock requirements-snowflake.lock requirements-dbt.lock ./
# `docker compose build --build-arg EXTRAS=mssql`: drivers that not everybody needs.
ARG EXTRAS=""
RUN uv venv .venv && for name in requirements $(printf 'requirements-%s ' $EXTRAS); do \
    test "$name" = requirements- || uv pip install --require-hashes --python .venv/bin/python -r "$name.lock" || exit 1; done
RUN uv venv .venv-dbt && uv pip install --require-hashes --python .venv-dbt/bin/python -r requirements-dbt.lock

FROM python:3.12-slim-bookworm
# tini reaps the processes tasks leave behind and passes signals on.
RUN apt-get update && apt-get install --no-install-recommends -y tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 50000 --gid 0 --create-home airflow \
    && mkdir -p /opt/airflow/logs /opt/elt/.local \
    && chown -R airflow:0 /opt/airflow /opt/elt/.local && chmod -R g+rwX /opt/airflow /opt/elt/.local
WORKDIR /opt/elt
COPY --from=build /opt/elt/.venv .venv
COPY --from=build /opt/elt/.venv-dbt .venv-dbt
COPY include include
COPY dags dags
COPY plugins plugins
COPY dbt dbt
ENV PATH=/opt/elt/.venv/bin:$PATH PYTHONPATH=/opt/elt PYTHONUNBUFFERED=1 TZ=UTC DO_NOT_TRACK=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/elt/dags AIRFLOW__CORE__PLUGINS_FOLDER=/opt/elt/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False AIRFLOW__CORE__LAZY_LOAD_PLUGINS=False \
    AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL=3600 AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL=20 \
    AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD=5 AIRFLOW__SCHEDULER__PARSING_CLEANUP_INTERVAL=20 \
    AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST='[{"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {}}, {"name": "tenants", "classpath": "include.orchestration.dag_files.bundle.TenantDagBundle", "kwargs": {}}]' \
    AIRFLOW__COSMOS__ENABLE_TELEMETRY=False ELT_DBT_MANIFEST=/opt/elt/manifest/manifest.json
# The manifest is part of the image: DAG files read it and never build it. Parsing opens no connection.
RUN ln -s ../../include/local/elt.sh .venv/bin/elt
RUN mkdir manifest && ELT_STATE_DIR=/tmp/build python -m include.local manifest \
    && rm -rf /tmp/build && chmod -R a+rX manifest
# Helm's probes call it by this name.
COPY --chmod=755 deploy/container.sh /entrypoint
USER airflow
ENTRYPOINT ["tini", "--", "/entrypoint"]
CMD ["version"]
