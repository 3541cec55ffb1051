# Athar. `make help` lists what can be made; README.md tells more.
# Settings come from the environment: PORT, DATABASE_URL, PUBLIC_URL, TILE_URL, ... (docs/operating.md).
SHELL := /bin/bash
COMMUNE ?= data/taroudant
PORT ?= 8000
export PORT
PROCESSES ?= 2
PY := .venv/bin/python
COMPILE = .setup/uv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-header --no-emit-index-url --no-emit-find-links

.PHONY: help setup setup-test run test lint bench screenshots messages lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what running needs (skips quickly what is there)
	@scripts/setup.sh run

setup-test: ## Install what tests and benchmarks need
	@scripts/setup.sh test

run: setup ## Serve the commune at http://localhost:8000 (PORT=…, COMMUNE=data/…)
	@exec .venv/bin/athar up $(COMMUNE)

test: setup-test ## Run every test, in two processes (ARGS='-k scan' for some, PROCESSES=0 in this one)
	@$(PY) -m pytest -n $(PROCESSES) $(ARGS)

lint: setup-test ## Style, types, import rules
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

bench: setup-test ## Measure, print the table, write docs/benchmarks.md (ONLY=start,weight,…)
	@$(PY) -m bench

screenshots: setup-test ## Pictures for README and for looking at
	@$(PY) -m bench.screenshots

messages: setup-test ## Bring the translation catalogues up to date
	@$(PY) -m portal.messages

lock: ## Resolve the Python and Node packages anew (one set for Python 3.11 to 3.13)
	@mkdir -p .setup && python3 -m venv .setup/uv && .setup/uv/bin/pip install -q uv
	@$(COMPILE) -c constraints.txt pyproject.toml requirements.in -o requirements.lock
	@$(COMPILE) -c constraints.txt -c requirements.lock --extra dev pyproject.toml requirements.in -o requirements-dev.lock
	@$(COMPILE) --no-deps requirements-extracts.in -o requirements-extracts.lock
	@npm install --package-lock-only --ignore-scripts --silent && node scripts/lock_node.mjs

clean: ## Remove what was built and installed here (not the database)
	@rm -rf .venv .setup build node_modules
