# Everything that is done to this project by hand, a word each. `.ci/run` says `make test` and nothing beside it.
#
# PYTHON=python3.12 chooses an interpreter; without it the first of 3.11 to 3.13 is taken.

SHELL := /bin/bash
# An environment that somebody has activated is not the one that is used here, and IPython would complain.
unexport VIRTUAL_ENV
.DEFAULT_GOAL := help
.PHONY: conformance help environment programs check test docs lab notebooks binder bench bench-history bench-sandbox clean

VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/.made
BENCH := .venv-bench
PYTEST := $(BIN)/python -m pytest

help: ## say what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A stamp, so that a second run starts at once; made anew when what it was made from changes.
$(MADE): pyproject.toml constraints.txt tools/environment
	@tools/environment $(VENV) $(PYTHON)
	@touch $@

environment: $(MADE) ## make .venv with everything in it

programs: ## make sure of Chromium, the mariadb client, and the servers that a history may be in
	@tools/programs

check: $(MADE) ## lint, formatting, types, floors
	@echo "→ check: ruff, mypy, import-linter"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

test: $(MADE) programs check ## check, then run every test, notebook and Binder step
	@echo "→ test: everything, a browser included"
	@$(PYTEST)

docs: $(MADE) ## write the reference pages in docs/ from the code
	@$(BIN)/python tools/make_docs.py

lab: $(MADE) ## start the sandbox and JupyterLab on the first tutorial
	@exec $(BIN)/starrocks-restore lab

notebooks: $(MADE) ## execute the tutorials
	@echo "→ notebooks: executing every tutorial in a fresh kernel"
	@$(PYTEST) tests/notebooks

binder: $(MADE) ## do what Binder does: a clean environment from binder/ alone, then the tutorial
	@echo "→ binder: building the environment that Binder would build"
	@$(PYTEST) tests/binder

# An environment of its own: sqlglotc would put compiled modules under the sqlglot that the sandbox is tested with.
$(BENCH)/.made: $(MADE)
	@echo "→ bench: making $(BENCH) with the libraries to compare with"
	@$(BIN)/python -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@touch $@

conformance: $(MADE) ## compare the language with the server's verdicts, row by row
	@$(BIN)/python -m benchmarks.conformance

bench: $(BENCH)/.made bench-history bench-sandbox ## measure the language beside sqlglot and sqlparse, and the others; write docs/speed.md
	@$(BENCH)/bin/python -m benchmarks.language --markdown

bench-sandbox: $(BENCH)/.made ## measure the sandbox beside a plain mysql-mimic, and write docs/sandbox_speed.md
	@$(BIN)/python -m benchmarks.sandbox --markdown --mimic $(BENCH)/bin/python

bench-history: $(MADE) ## measure a history of a million samples, and write docs/history_speed.md
	@$(BIN)/python -m benchmarks.history --markdown

clean: ## remove what was made: environments, build, caches
	@echo "→ clean: removing .venv, .venv-bench, build and caches"
	@rm -rf $(VENV) $(BENCH) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
