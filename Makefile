# Every target here is what CI runs. Needs Python 3.11 or later, make and git; the policy targets also need opa (or go).
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO ?=
PYTEST ?= -n auto --dist worksteal
ONLY ?=
SECONDS ?= 60
# 25 for evaluate, 25 for a sign-off, 4 x 25 for the ledger and 2 x 25 for the archive: 200
KILLED := tests/shell/test_killed.py tests/shell/test_archive_killed.py tests/adapters/ledger/test_killed.py

# What CI breaks: the gates, libraries that few controls read, and two controls. The cases that may notice a mutant are decided
# first, which for a library that most controls read, or for all controls, takes longer than CI has: `make mutate`.
HUNTED := gates/ lib/deployment_log/ lib/mean/ lib/recovered/ lib/share/ controls/residency/store_in_declared_region/ controls/transparency/

.PHONY: help setup setup-tools demo test kills fuzz lint format coverage mutate mutate-policies reference docs bench policy policy-build policy-check dist lock clean

help: ## Show the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(READY) ## Make the virtual environment from the hashed lock, once

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "auditor needs Python 3.11 or later; $(PYTHON) is older (make PYTHON=python3.12 ...)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# The pip that a Python brings may be too old for the locks: before 23.3 it takes the newest version of a package that another asks with extras.
	@sed -n '/^pip==/,/[^\\]$$/p' requirements-dev.lock > $(VENV)/pip.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/pip.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup-tools: ## Find or build the OPA that compiles and tests policies, and the outside judges of ledgers, attestations and digests
	@tools/install-opa.sh
	@tools/install-tlog-judge.sh
	@tools/install-cosign.sh
	@tools/install-sigstore-js.sh
	@tools/install-sarif-multitool.sh
	@tools/install-axe-core.sh
	@tools/install-awscli.sh
	@tools/install-trestle.sh
	@tools/install-chromium.sh
	@tools/install-mandoc.sh

demo: $(READY) ## Audit a shipped example company: make demo DEMO="--incident slow_generation"
	@$(BIN)/auditor demo $(DEMO)

test: $(READY) ## Run every test (those of opa are skipped without it, except under CI=true)
	$(BIN)/python -m pytest $(PYTEST)

kills: $(READY) ## Kill evaluate, sign-off, ledger append and archive push with -9 at 200 random instants together (long)
	AUDITOR_TEST_KILLS=25 $(BIN)/python -m pytest $(PYTEST) $(KILLED)

fuzz: $(READY) ## Have atheris look for bytes that break a reader: make fuzz SECONDS=600 (finds go to fuzz/corpus)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	$(BIN)/python -m fuzz --seconds $(SECONDS)

lint: $(READY) ## Check format, lint, types, imports and Rego
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@tools/lint-rego.sh

format: $(READY) ## Format Python and Rego
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	"$$(tools/install-opa.sh)" fmt --write policies

coverage: $(READY) ## Run the tests of the pure core; every branch of it must be taken
	$(BIN)/python -m pytest $(PYTEST) tests/core --cov --cov-report=term

mutate-policies: $(READY) ## Break the gates and some policies; a case or a Rego test must notice (ONLY=parts of paths; all: make mutate)
	@opa="$$(tools/install-opa.sh)"; export PATH="$$(dirname "$$opa"):$$PATH"; $(BIN)/python -m tools.mutate rego --only "$(or $(ONLY),$(HUNTED))"

mutate: $(READY) ## Break policies, queries and code, and write docs/quality/mutation.md (long; ONLY=parts of paths)
	@opa="$$(tools/install-opa.sh)"; export PATH="$$(dirname "$$opa"):$$PATH"; \
	$(BIN)/python -m tools.mutate rego python sql --tolerate sql --only "$(ONLY)" --report docs/quality/mutation.md

reference: $(READY) ## Write anew the pages of docs that are made of the program and the policy pack, and the manual pages
	@$(BIN)/python -m tools.reference

docs: $(READY) ## Build the documentation into build/site: no broken link, nothing loaded from elsewhere
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site
	@$(BIN)/python -m tools.reference.built build/site

bench: $(READY) ## Measure start-up, 1 M and 10 M requests against a scan and pandas, and write docs/benchmarks.md (long)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks

policy: $(READY) ## Check the policy pack, that its Wasm is what its sources compile to, and run its cases
	@opa="$$(tools/install-opa.sh)"; export PATH="$$(dirname "$$opa"):$$PATH"; \
	$(BIN)/auditor policy check policies && $(BIN)/auditor policy test policies

policy-check: $(READY) ## Check the policy pack, and that its Wasm is what its sources compile to
	@opa="$$(tools/install-opa.sh)"; export PATH="$$(dirname "$$opa"):$$PATH"; $(BIN)/auditor policy check policies

policy-build: $(READY) ## Compile the policy pack to policy.wasm and lock it
	@opa="$$(tools/install-opa.sh)"; export PATH="$$(dirname "$$opa"):$$PATH"; $(BIN)/auditor policy build policies

dist: $(READY) ## Build source, wheel, bill of materials and checksums into dist/, attested with KEY=file (docs/how-to/build-a-release.md)
	$(BIN)/python -m tools.dist $(if $(KEY),--key "$(KEY)")

lock: ## Write the hashed locks anew from pyproject.toml
	tools/lock.sh $(BIN)/python

clean: ## Remove the virtual environment and the caches
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
