# Needs a machine with make and Python 3.11 or newer (with pip and venv). Nothing else, no root.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PINS := deploy/requirements
INSTALL := $(PYTHON) deploy/indaba/operate/install.py
# Hashes come from the index alone: with a wheel in a local folder, or an older pin, only its hash
# would be written.
COMPILE := env -u UV_FIND_LINKS -u UV_INDEX -u UV_EXTRA_INDEX_URL $(BIN)/uv pip compile --quiet \
  --no-cache --no-config --upgrade --universal --python-version 3.11 --generate-hashes --no-header

# With this set, every process would compile everything it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install up demo test thorough any-day check docs drills bench sbom pictures pins clean

help:
	@echo "make up       install what is missing, then run Indaba until Ctrl-C"
	@echo "make demo     a made-up community with one term behind it, to look at"
	@echo "make install  install only"
	@echo "make test     every promise once, on the real engines (ARGS=... goes to pytest)"
	@echo "make thorough the breadth: every case (PART=2/4: a quarter of it)"
	@echo "make any-day  what lives by the clock, at awkward moments (ARGS=leap-day)"
	@echo "make check    format, lint, types, layers, documentation"
	@echo "make docs     write the pages made from code: events, commands, env.example"
	@echo "make drills   kill everything and see what survives (SEED=7, ARGS=bus_truth, SLOW=disk)"
	@echo "make bench    measure beside others, into dist/ (ARGS=growth)"
	@echo "make sbom     what the image is made of (CycloneDX), into dist/"
	@echo "make pictures take the pictures of docs/facilitators.md again (needs chromium)"
	@echo "make pins     choose new versions of everything"
	@echo "make clean    remove the environments and caches; your data stays"

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml $(PINS)/indaba.txt $(PINS)/uv.txt
	@$(INSTALL) $(VENV) $(PINS)/indaba.txt --editable
	@touch $@

# Synapse and maubot are AGPL: each has its own environment, runs as its own process and is never
# imported. The others hold the software we compare with, and the tool that lists the image's parts.
OTHERS := .venv-synapse .venv-maubot .venv-bench .venv-runtime .venv-sbom
.PHONY: $(OTHERS)
$(OTHERS): %: %/.installed

.venv-%/.installed: $(PINS)/%.txt | $(VENV)/.installed
	@$(INSTALL) .venv-$* $< --tools $(VENV)
	@touch $@

up: $(VENV)/.installed .venv-synapse/.installed
	@exec $(BIN)/indaba up $(ARGS)

demo: $(VENV)/.installed
	@exec $(BIN)/indaba demo $(ARGS)

test: $(VENV)/.installed .venv-synapse/.installed
	@exec $(BIN)/python -m pytest $(ARGS)

# A part is chosen by test names, so it holds the same tests on every machine.
PART ?= 1/1
thorough: $(VENV)/.installed .venv-synapse/.installed
	@exec $(BIN)/python -m pytest --thorough --part $(PART) $(ARGS)

any-day: $(VENV)/.installed .venv-synapse/.installed
	@PYTHONPATH=tests exec $(BIN)/python tests/any_day.py $(ARGS)

check: $(VENV)/.installed
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m indaba.operate.docs --check

docs: $(VENV)/.installed
	@$(BIN)/python -m indaba.operate.docs

drills: $(VENV)/.installed .venv-synapse/.installed .venv-maubot/.installed
	@INDABA_TESTS_BEGIN=machine PYTHONPATH=tests exec $(BIN)/python tests/drills/run.py $(ARGS)

bench: $(VENV)/.installed .venv-synapse/.installed .venv-bench/.installed
	@PYTHONPATH=tests exec $(BIN)/python -m bench.measure $(ARGS)

sbom: $(VENV)/.installed .venv-runtime/.installed .venv-sbom/.installed
	@mkdir -p dist
	@.venv-sbom/bin/cyclonedx-py environment .venv-runtime/bin/python --pyproject pyproject.toml \
	  --output-reproducible --validate --output-format JSON --output-file dist/sbom.cdx.json
	@echo "dist/sbom.cdx.json lists what the image is made of (CycloneDX)"

pictures: $(VENV)/.installed .venv-synapse/.installed
	@INDABA_PICTURES=docs/pictures $(BIN)/python -m pytest -n 0 --thorough tests/journeys/test_a_meeting_on_both.py

pins: $(VENV)/.installed
	@$(COMPILE) --extra embedded --extra preview --extra test pyproject.toml -o $(PINS)/indaba.txt
	@$(COMPILE) --constraint $(PINS)/indaba.txt pyproject.toml -o $(PINS)/runtime.txt
	@$(COMPILE) --constraint $(PINS)/indaba.txt $(PINS)/build.in -o $(PINS)/build.txt
	@$(COMPILE) $(PINS)/synapse.in -o $(PINS)/synapse.txt
	@for other in maubot bench sbom uv; do $(COMPILE) $(PINS)/$$other.in -o $(PINS)/$$other.txt; done

clean:
	rm -rf $(VENV) $(OTHERS) .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
