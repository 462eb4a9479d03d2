# One command per job, each from a fresh clone. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PACKAGES := sim agents scenarios calibration

# The first interpreter that starts, is new enough and can make virtual environments. 3.11 first: it is the tested one.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	if $$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$p; break; fi; done)

# The version the committed calibration was measured with. Nothing here installs it: see the calibration extra.
TORCH := 2.13.0
TORCH_TOO := $(if $(WITHOUT_TORCH),,calibration)

.PHONY: help setup calibration run test test-all lint format bench hindcast golden answers docs gpu-kit wheelhouse constraints

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(VENV)/.stamp ## create .venv with all that the other commands need

$(VENV)/.stamp: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer with the venv module is needed; none was found.' \
		'On Debian or Ubuntu: apt install python3 python3-venv. Or name one: make setup PYTHON=/path/to/python' >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

calibration: $(VENV)/.calibration ## add torch, which only `polarity calibrate` and its tests need

$(VENV)/.calibration: $(VENV)/.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,calibration]'
	@touch $@

run: setup ## open Polarity in the browser (STREAMLIT_SERVER_PORT chooses the port)
	$(BIN)/python -m streamlit run app.py

test: lint $(TORCH_TOO) ## run all but the slowest tests (WITHOUT_TORCH=1 skips those that need torch)
	$(BIN)/python -m pytest -n 2 -m 'not slow'

test-all: lint $(TORCH_TOO) ## run every test
	$(BIN)/python -m pytest -n 2

lint: setup ## check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports --no-logo

format: setup ## format the code and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure speed
	$(BIN)/python -m benchmarks.run

hindcast: setup ## rewrite the stored blind tests; then say in CHANGELOG.md what changed and why
	$(BIN)/python -m sim.hindcast.kept

golden: setup ## rewrite the expected results; then say in CHANGELOG.md what changed and why
	$(BIN)/python -m pytest tests/test_golden.py tests/test_reproduced.py --update-golden

answers: setup ## rewrite what the app shows of the library at once; needed after any change to the model or its data
	$(BIN)/python -m sim.ui.shared.stored

docs: setup ## rewrite the generated tables of the documentation and its notebook
	$(BIN)/python -m sim.docs
	$(BIN)/python -m sim.docs.notebook

gpu-kit: setup ## pack dist/polarity-gpu-kit.tar.gz to calibrate on a cluster node with Python 3.12 and PyTorch
	$(BIN)/python -m calibration.kit dist

# EXTRAS=analysis,cluster adds optional parts; PLATFORM=windows-x86_64 FOR=3.12 collects for another machine.
wheelhouse: setup ## collect in wheelhouse/ all that a machine without a network needs (EXTRAS=, PLATFORM=, FOR=)
	$(BIN)/python -m sim.wheelhouse wheelhouse $(strip $(if $(EXTRAS),--extras $(EXTRAS)) \
		$(if $(PLATFORM),--platform $(PLATFORM)) $(if $(FOR),--python $(FOR)))

constraints: ## pin the newest versions that fit pyproject.toml (needs Python 3.11)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo 'The pins are those of Python 3.11: make constraints PYTHON=python3.11' >&2; exit 1; }
	tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp/venv"; \
	"$$tmp/venv/bin/python" -m pip install --quiet --disable-pip-version-check '.[dev]' torch==$(TORCH); \
	{ echo '# The tested versions, for Python 3.11. Written by `make constraints`; not edited by hand.'; \
	  { "$$tmp/venv/bin/python" -m pip freeze --disable-pip-version-check | grep -vE '^(polarity-sim|torch|nvidia-|triton)'; \
	    echo 'torch==$(TORCH)'; } \
	  | LC_ALL=C sort -f; } > "$$tmp/constraints.txt"; \
	cp "$$tmp/constraints.txt" constraints.txt
