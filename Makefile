# `make run` starts the program, `make test` proves it; both set up whatever is missing.

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test test-quick fuzz coverage audit say-test setup setup-test lint lock screenshots bench bench-quick \
	setup-bench dist clean
.DEFAULT_GOAL := run

run: setup
	@$(BIN)/python .ci/start.py $(if $(AUDIO),"$(AUDIO)")

# Two at a time, or JOBS; a file's tests stay together, for what they share.
JOBS ?= 2
# A process that crashes ends the run: the others would wait for it.
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --max-worker-restart 0

test: say-test setup-test lint
	$(PYTEST)

# What to run before a commit: lint, types, and all tests but those marked slow.
test-quick: setup-test lint
	$(PYTEST) -m "not slow"

# Changed inputs for every reader of foreign files, a minute each; docs/reliability.md.
FUZZ ?= --seconds 60
fuzz: setup-test
	$(BIN)/python -m tests.fuzz $(FUZZ)

# How much of the program the tests run, by rooms; an hour, since everything is traced.
coverage: setup-test
	$(PIP) coverage
	$(BIN)/python .ci/measure_coverage.py

# Known weaknesses of what is pinned; asks the advisory database, so it needs the internet.
audit: setup-test
	$(PIP) pip-audit
	$(BIN)/pip-audit --requirement requirements.txt --no-deps --disable-pip

say-test:
	@echo "This takes up to 15 minutes on two cores (make test-quick: three), and up to 5 GB in"
	@echo "$${TMPDIR:-/tmp} meanwhile; the first time also 3 GB and a few minutes for $(VENV)."
	@test -d "$${SOUNDALIKE_TEST_DATA:-../shared/data}" || echo "Tests that need real records" \
		"are skipped: there is no $${SOUNDALIKE_TEST_DATA:-../shared/data}."

lint: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: check-python
	@.ci/system-packages $(PYTHON) run
	@$(MAKE) --no-print-directory $(VENV)/.installed

setup-test: check-python
	@.ci/system-packages $(PYTHON) test
	@$(MAKE) --no-print-directory $(VENV)/.installed-dev

check-python:
	@test -n "$(PYTHON)" || { echo "Soundalike needs Python 3.11, 3.12 or 3.13." >&2; exit 1; }

$(VENV)/.installed: requirements.txt
	@echo "Setting up a virtual environment in $(VENV): about 3 GB, a few minutes, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt
	@echo "Setting up a virtual environment in $(VENV): about 3 GB, a few minutes, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements-dev.txt
	@touch $(VENV)/.installed $@

# Newest versions that fit pyproject.toml, for all systems and Pythons at once.
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --no-emit-index-url \
	--no-header --no-annotate --quiet --upgrade
lock: setup-test
	$(PIP) uv
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --override packaging/without-tensorflow.txt -c requirements.txt \
		-o packaging/requirements.txt
	$(LOCK) pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) pyproject.toml --extra dev --extra bench -c requirements-dev.txt -o requirements-bench.txt

# Everything measured beside other ways of doing the same, in an environment of its own (9 GB: the
# peers are large). Half an hour, 20 GB of disk; bench-quick prints smaller cases in three minutes.
bench: setup-bench
	.venv-bench/bin/python -m benchmarks

bench-quick: setup-bench
	.venv-bench/bin/python -m benchmarks --quick

setup-bench: check-python
	@.ci/system-packages $(PYTHON) test
	@$(MAKE) --no-print-directory VENV=.venv-bench .venv-bench/.installed-bench

.venv-bench/.installed-bench: requirements-bench.txt
	@echo "Setting up .venv-bench: about 9 GB, ten minutes, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements-bench.txt
	@touch $@

# What is given away: wheel, source, a folder that needs no Python, its archive, .deb and AppImage,
# the latter with RUNTIME=FILE before it; docs/packaging.md.
dist: check-python
	$(PYTHON) packaging/build.py $(if $(RUNTIME),--appimage-runtime "$(RUNTIME)")

SOUND ?= ../shared/data/wav/ibm_dog.wav
screenshots: setup-test
	$(BIN)/python docs/make_screenshots.py $(SOUND)

clean:
	rm -rf $(VENV) .venv-bench build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
