# Everything from nothing: Python 3.11-3.13, make and git are all that has to be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
PYTEST := $(BIN)/python -m pytest
WORKERS ?= 2
BASE := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
TRAIN := $(VENV)/.installed-train
SERVE := $(VENV)/.installed-serve
ALL := $(VENV)/.installed-all
# Where to find a build of torch that fits the machine; empty for pip's own settings.
TORCH_INDEX ?=

.PHONY: help install install-train install-all demo cover serve test test-slow check format bench clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(BASE)  ## .venv/bin/gifworthy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "gifworthy needs Python 3.11, 3.12 or 3.13, but $(PYTHON) is `$(PYTHON) -V 2>&1`; give another: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(BASE): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV): $(BASE)
	$(PIP) install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

install-train: $(TRAIN)  ## what the nets need (torch); on a machine without a GPU see docs/how-to/install.md

$(TRAIN): $(DEV)
	$(PIP) install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) 'torch==2.13.*'
	$(PIP) install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	@touch $@

$(SERVE): $(BASE)
	$(PIP) install --quiet --disable-pip-version-check -c constraints.txt -e '.[serve]'
	@touch $@

install-all: $(ALL)  ## every library that any part can use

$(ALL): $(TRAIN) $(SERVE)
	$(PIP) install --quiet --disable-pip-version-check -c constraints.txt -e '.[serve,postgres,batch,browser,buckets]'
	@touch $@

demo: $(BASE)  ## draw a video and make its cover
	@mkdir -p demo
	$(BIN)/gifworthy sample demo/sample.mp4 --overwrite
	$(BIN)/gifworthy make demo/sample.mp4 -o demo/cover.gif --overwrite
	@echo "look at demo/cover.gif; demo/cover.json says what it shows and why"

cover: $(BASE)  ## the cover of your video: make cover VIDEO=talk.mp4 [OPTIONS="--shots 3"]
	@test -n "$(VIDEO)" || { echo "which video? make cover VIDEO=talk.mp4"; exit 2; }
	$(BIN)/gifworthy make "$(VIDEO)" $(OPTIONS)

serve: $(SERVE)  ## the page and the API at http://127.0.0.1:8080
	$(BIN)/gifworthy serve $(OPTIONS)

test: $(DEV)  ## the fast suite
	$(PYTEST) -n $(WORKERS)

test-slow: $(DEV)  ## long trainings, kills, loads, many real videos
	$(PYTEST) -m slow --timeout 1800

check: $(DEV)  ## format, lint, types, layers, sizes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) tests/test_house.py

format: $(DEV)  ## put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV)  ## measure what docs/benchmarks.md claims (minutes; wants an idle machine)
	$(BIN)/python -m benchmarks

clean:  ## forget the virtual environment and what was made
	rm -rf $(VENV) demo bench-work build dist
