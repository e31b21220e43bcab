# `make` lists what can be done. Everything works on a machine with Python ≥ 3.11, git and make.

PYTHON ?= python3
STAY ?= yes
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
SOURCES := app migrations tests $(wildcard benchmarks)

.DEFAULT_GOAL := help
.PHONY: help install demo serve test test-long bench check format docs lock

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/installed: requirements.lock requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

install: $(VENV)/installed ## make the environment in .venv

demo: install ## play a whole award and leave the service up with its docs (STAY=no ends instead)
	$(BIN)/quality-award demo $(if $(filter no,$(STAY)),--no-stay,--stay)

serve: install ## run the service alone
	$(BIN)/quality-award serve

test: install ## every test but the long ones
	$(BIN)/python -m pytest -n $(JOBS) -m "not long"
	@$(BIN)/python -m pytest --collect-only -q -m long | awk -F': ' '{n += $$2} END {print "left for make test-long:", n + 0, "tests"}'

test-long: install ## the long tests, with a report (var/reports/figures.md)
	sh tests/faults/install-postgresql.sh
	rm -rf var/reports
	-$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m long -rA --junit-xml=var/reports/long.xml
	-$(BIN)/python -m pytest -n $(JOBS) -m "not long" --junit-xml=var/reports/short.xml $$($(BIN)/python -m tests.figures tests)
	$(BIN)/python -m tests.figures

bench: install ## how fast it is, in ratios against the floor (some four minutes)
	$(BIN)/python -m benchmarks.bench $(BENCH)

check: install ## format, lint, types, contracts, migration drift, freshness of the docs
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -m "not long" tests/migrations/test_migrations.py tests/docs -k "drift or fresh"

format: install ## lay out the code
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

docs: install ## write openapi.json and the diagrams anew
	$(BIN)/python docs/generate.py

lock: install ## resolve the requirements anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.lock
