# Every command of the repository. `make` lists them.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev lock demo up down status logs env run validate lint style format test test-unit \
        test-worlds test-connectors test-integration test-dags e2e bench compose-check clean clean-env new-connector new-tenant \
        manifest mutants truth pictures storm prove bi-user mishap mishap-heal

PY := .venv/bin/python
PYTEST ?= $(PY) -m pytest
CORES = $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
# One worker more than cores: a quarter of their time they wait for a database or a child. Pure
# tests do not wait, and each worker reads all test files first.
WORKERS ?= $(shell expr $(CORES) + 1)
SPREAD := --dist loadfile --no-loadscope-reorder
export PYTHONPATH := $(CURDIR)
# Variables of .env, for every command below.
export BASH_ENV := include/local/dotenv.sh
export DO_NOT_TRACK := 1
# A Python that keeps no bytecode compiles Airflow anew in each of the hundred processes of a demo.
export PYTHONDONTWRITEBYTECODE :=
export SIZE
LOCAL := $(PY) -m include.local $(if $(DEMO),--demo)

# make takes any VARIABLE=; a misspelt one of `run` would load more than was asked for.
RUN_WORDS := TENANT FEED STREAM STEP MODE FROM TO DEMO SIZE PYTHON PY EXTRAS
GIVEN = $(foreach word,$(subst \ ,_,$(MAKEOVERRIDES)),$(if $(findstring =,$(word)),$(firstword $(subst =, ,$(word)))))
ifneq ($(and $(filter run,$(MAKECMDGOALS)),$(filter-out $(RUN_WORDS),$(GIVEN))),)
$(error make run does not know $(filter-out $(RUN_WORDS),$(GIVEN)). Known: $(RUN_WORDS))
endif

help:  ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  \033[1m%-17s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Set-up
setup:  ## Both environments (.venv, .venv-dbt) from the lock files; PYTHON= the interpreter, EXTRAS="mssql snowflake" drivers
	@include/local/setup.sh

setup-dev:
	@include/local/setup.sh dev

lock:  ## Rewrite the lock files from requirements*.txt
	@include/local/lock.sh

##@ Run
demo: setup  ## Made-up businesses from source to mart, beside yours; SIZE=small is quicker
	@$(LOCAL) demo --size "$$SIZE"

mishap: setup  ## A business that goes wrong on purpose: its checks, its alerts, and where they arrive
	@$(LOCAL) mishap

mishap-heal: setup  ## Mend the files of `make mishap`: its alerts end by themselves
	@$(LOCAL) mishap --heal

up: setup  ## Start PostgreSQL and Airflow with your tenants (DEMO=1: the demo's), and leave them running
	@$(LOCAL) up --size "$$SIZE"

down:  ## Stop exactly what `make up` or `make demo` started
	@test ! -x $(PY) || $(LOCAL) down

status:  ## What runs, where, since when
	@$(LOCAL) status

logs:  ## Follow the logs; NAME=scheduler for one process
	@tail -n 30 -F $(wildcard .local/logs/$(or $(NAME),*).log .local/demo/logs/$(or $(NAME),*).log)

env: setup  ## Write .local/env (DEMO=1: .local/demo/env); sourced, it gives `airflow` and `dbt` by hand
	@$(LOCAL) env

run: setup  ## One thing now, without Airflow: TENANT=acme [FEED=] [STREAM=] [STEP=ingest|transform|quality] [FROM= TO=]
	@test -n "$(TENANT)" || { echo "make run needs TENANT=, e.g. make run TENANT=acme FEED=shopify"; exit 2; }
	@$(LOCAL) run -- --tenant $(TENANT) $(if $(FEED),--feed $(FEED)) \
	    $(if $(STREAM),--stream $(STREAM)) \
	    $(if $(STEP),--step $(STEP)) $(if $(MODE),--mode $(MODE)) \
	    $(if $(FROM),--from $(FROM)) $(if $(TO),--to $(TO))

bi-user: setup  ## A read-only login to the views of TENANT= for its dashboards; ROTATE=1 a new password
	@test -n "$(TENANT)" || { echo "make bi-user needs TENANT=, e.g. make bi-user TENANT=acme"; exit 2; }
	@include/local/elt.sh $(if $(DEMO)$(if $(wildcard include/tenants/$(TENANT).yaml),,$(wildcard include/sandbox/tenants/$(TENANT).yaml)),--demo) \
	    bi-user --tenant $(TENANT) $(if $(ROTATE),--rotate)

validate: setup  ## Check every tenant and connector file; one report with file and line
	@$(PY) -m include.cli validate

manifest: setup  ## Parse the dbt project into .local/dbt/manifest.json
	@$(LOCAL) manifest

new-connector: setup  ## Scaffold a connector: NAME=my_crm
	@test -n "$(NAME)" || { echo "make new-connector needs NAME=, e.g. NAME=my_crm"; exit 2; }
	@$(PY) -m include.cli new-connector $(NAME)

new-tenant: setup  ## Scaffold a tenant: NAME=newco
	@test -n "$(NAME)" || { echo "make new-tenant needs NAME=, e.g. NAME=newco"; exit 2; }
	@$(PY) -m include.cli new-tenant $(NAME)

##@ Check
lint: style  ## ruff, mypy strict, sqlfluff, the layering test
	@$(PYTEST) -q tests/contract/test_layering.py

# What reads the files without a test; the layering test is one of `make test`'s own.
style: setup-dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy & types=$$!; $(PY) -m tests.lint_sql; sql=$$?; wait $$types && exit $$sql

format: setup-dev  ## Let ruff and sqlfluff rewrite what they can
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .
	@.venv/bin/sqlfluff fix --disable-progress-bar --force dbt

# Your tenant files are told about, not tested: `make validate` is what fails on a broken one.
test: style  ## lint and every test but e2e and bench, WORKERS= at once; names broken tenant files
	@$(PY) -m include.cli validate || echo "make test goes on: the tests do not use your tenant files"
	@$(PYTEST) -n $(WORKERS) $(SPREAD)

test-unit: setup-dev  ## Pure tests and the rules of the house, a minute
	@$(PYTEST) -n $(CORES) $(SPREAD) tests/unit tests/contract

test-worlds: setup-dev  ## The sandbox's worlds and what is made of them, for two seeds
	@$(PYTEST) -n $(WORKERS) $(SPREAD) tests/worlds

test-connectors: setup-dev  ## Every connector against its vendor in the sandbox
	@$(PYTEST) -n $(WORKERS) $(SPREAD) tests/connectors

test-dags: setup-dev  ## The DAGs as Airflow sees them
	@$(PYTEST) tests/dags

test-integration: setup-dev  ## Sandbox, loads and dbt on a real PostgreSQL
	@$(PYTEST) tests/integration

e2e: setup-dev  ## A real Airflow: ingest, transform, backfill, a failing feed, a killed task; worlds of all seeds
	@WORLD_SEEDS=all $(PYTEST) tests/worlds tests/unit/identity/test_days.py tests/e2e

bench: setup-dev  ## Speed against its targets, into .local/bench.json; PART="load sql" alone; FULL=1 adds rivals, a million, a thousand
	@FULL=$(FULL) $(PY) -m tests.bench $(PART)

prove: setup-dev  ## Loads, kills and erasure in a real account: DESTINATION=bigquery, AIRFLOW_CONN_PROVE__WAREHOUSE; removes what it made
	@test -n "$(DESTINATION)" || { echo "prove: say DESTINATION=bigquery or snowflake" >&2; exit 2; }
	@ELT_PROVE=$(DESTINATION) ELT_PROVE_CONNECTION="$$AIRFLOW_CONN_PROVE__WAREHOUSE" $(PYTEST) tests/integration/test_remote_load.py tests/integration/test_remote_use.py \
	    tests/e2e/test_remote_killed.py -k "$(DESTINATION)"

storm: setup-dev  ## CeleryExecutor while its processes are killed, MINUTES= of it (10); SEED=; needs redis-server
	@MINUTES=$(MINUTES) SEED=$(SEED) $(PY) -m tests.storm

truth: setup-dev  ## The demo's marts against what really happened, into .local/truth.json; SEEDS="7 11" asks the engine alone
	@$(PY) -m tests.truth $(if $(SEEDS),world $(if $(filter small,$(SIZE)),100,1000) $(SEEDS))

pictures: setup-dev  ## The running demo's revenue, cohorts, stock, and how sure identity is, into .local/pictures; SIZE=marts those alone
	@$(PY) -m tests.pictures $(SIZE)

mutants: setup-dev  ## What the tests do not notice: faults by hand and mutants, COUNT= of each at most; SEED= FAULTS=
	@$(PY) -m tests.mutants $(if $(SEED),--seed $(SEED)) --count $(or $(COUNT),400) --faults "$(FAULTS)" --workers $(WORKERS)

compose-check:  ## docker-compose.yaml is valid, with placeholder secrets
	@AIRFLOW_FERNET_KEY=x AIRFLOW_API_SECRET_KEY=x AIRFLOW_JWT_SECRET=x AIRFLOW_DATABASE_PASSWORD=x \
	    WAREHOUSE_PASSWORD=x WAREHOUSE_ADMIN_PASSWORD=x AIRFLOW_ADMIN_PASSWORD=x $(or $(COMPOSE),docker compose) --profile demo --profile monitoring config --quiet

clean: down  ## Stop and delete all local state and caches (the environments stay; clean-env removes them)
	@rm -rf .local .pytest_cache .ruff_cache .mypy_cache .hypothesis dbt/target dbt/logs
	@find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +

clean-env: clean
	@rm -rf .venv .venv-dbt
