# Needs a machine with make and Python 3.11 or newer (with pip and venv). Nothing else, no root.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PINS := deploy/requirements
INSTALL := $(PYTHON) deploy/indaba/operate/install.py
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

# Where this is set, every process compiles all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install up demo test check drills bench pictures pins clean

help:
	@echo "make up       install what is missing, then run Indaba until Ctrl-C"
	@echo "make demo     a made-up community with one term behind it, to look at"
	@echo "make install  install only"
	@echo "make test     all tests, on the real engines (ARGS=... goes to pytest)"
	@echo "make check    format, lint, types, layers, documentation"
	@echo "make drills   kill everything and see what survives (SEED=7, ARGS=bus_truth)"
	@echo "make bench    measure"
	@echo "make pictures take the pictures of docs/facilitators.md anew (needs chromium)"
	@echo "make pins     choose new versions of everything"
	@echo "make clean    remove the environments and caches; your data stays"

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml $(PINS)/indaba.txt $(PINS)/uv.txt
	@$(INSTALL) $(VENV) $(PINS)/indaba.txt --editable
	@touch $@

# Synapse is AGPL: an environment of its own, started as a process of its own, never imported.
.venv-synapse: .venv-synapse/.installed
.venv-maubot: .venv-maubot/.installed
.PHONY: .venv-synapse .venv-maubot

.venv-synapse/.installed: $(PINS)/synapse.txt | $(VENV)/.installed
	@$(INSTALL) .venv-synapse $(PINS)/synapse.txt --tools $(VENV)
	@touch $@

# maubot is AGPL too: another bot to measure beside ours, in an environment of its own.
.venv-maubot/.installed: $(PINS)/maubot.txt | $(VENV)/.installed
	@$(INSTALL) .venv-maubot $(PINS)/maubot.txt --tools $(VENV)
	@touch $@

up: $(VENV)/.installed .venv-synapse/.installed
	@exec $(BIN)/indaba up $(ARGS)

demo: $(VENV)/.installed
	@exec $(BIN)/indaba demo $(ARGS)

test: $(VENV)/.installed .venv-synapse/.installed
	@exec $(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.installed
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m indaba.operate.docs --check

drills: $(VENV)/.installed .venv-synapse/.installed .venv-maubot/.installed
	@PYTHONPATH=tests exec $(BIN)/python tests/drills/run.py $(ARGS)

bench: $(VENV)/.installed .venv-synapse/.installed
	@PYTHONPATH=tests exec $(BIN)/python tests/bench/measure.py

pictures: $(VENV)/.installed .venv-synapse/.installed
	@INDABA_PICTURES=docs/pictures $(BIN)/python -m pytest -n 0 tests/journeys/test_a_meeting_on_both.py

pins: $(VENV)/.installed
	@$(COMPILE) --upgrade --extra embedded --extra preview --extra test pyproject.toml -o $(PINS)/indaba.txt
	@$(COMPILE) --constraint $(PINS)/indaba.txt pyproject.toml -o $(PINS)/runtime.txt
	@$(COMPILE) --constraint $(PINS)/indaba.txt $(PINS)/build.in -o $(PINS)/build.txt
	@$(COMPILE) --upgrade $(PINS)/synapse.in -o $(PINS)/synapse.txt
	@$(COMPILE) --upgrade $(PINS)/maubot.in -o $(PINS)/maubot.txt
	@$(COMPILE) --upgrade $(PINS)/uv.in -o $(PINS)/uv.txt

clean:
	rm -rf $(VENV) .venv-synapse .venv-maubot .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
