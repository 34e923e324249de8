# Every task of the project. `make` alone prints this list.
.DEFAULT_GOAL := help
PY      := .venv/bin/python
PYTHON  ?= python3
NEEDS_311 := import sys; sys.exit(sys.version_info < (3, 11) and "needs Python 3.11: make PYTHON=python3.11")
VECTORS ?= tests/vectors/tssdk
BOARD   ?= emulator
# Vectors of all implementations, beside a checkout that has them.
SHARED_VECTORS ?= ../shared/vectors

SECONDS ?= 600

.PHONY: help setup demo test test-node attack power fuzz lint conformance interop bundle bench docs lock clean

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready ## create .venv with the locked dependencies (every other task does this first)

.venv/ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c '$(NEEDS_311)'
	@echo "Setting up .venv: one to two minutes ..."
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## the whole life of a VTXO: board, refresh, leave alone, refuse a liar
	$(PY) -m stanchion demo

test: setup lint ## everything CI checks: linters, types, unit, device, conformance
	$(PY) -m pytest
	$(PY) -m tests.conformance tests/vectors
	@if [ -d $(SHARED_VECTORS) ]; then $(PY) -m tests.conformance $(SHARED_VECTORS); \
	else printf '\n*** %s IS NOT THERE: only tests/vectors were run (more: make test SHARED_VECTORS=<dir>). ***\n\n' $(SHARED_VECTORS); fi

test-node: setup ## exits over a real bitcoind, which is built once (about 6 minutes on 2 cores)
	@$(PY) -m tools.build_bitcoind; case $$? in \
	  0) $(PY) -m pytest tests/node ;; \
	  3) printf '\n*** NO REAL NODE WAS TESTED: bitcoind cannot be built here. ***\n\n' ;; \
	  *) exit 1 ;; \
	esac

attack: setup ## every attack over the serial line: number, tag, refused
	$(PY) -m tests.attack

power: setup ## cut the power at every write: cut points tried, states found
	$(PY) -m tests.power

fuzz: setup ## parsers, handlers and journal under coverage-led input: make fuzz SECONDS=600
	$(PY) -m tests.fuzz $(SECONDS)

lint: setup ## ruff (rules and layout) and mypy --strict
	$(PY) -m ruff check .
	$(PY) -m ruff format --check --quiet .
	$(PY) -m mypy

conformance: setup ## run vector files on both interpreters: make conformance VECTORS=<dir>
	$(PY) -m tests.conformance $(VECTORS)

interop: setup ## the unmodified TypeScript SDK wallet against the operator (needs node and npm; 1 minute)
	$(PY) -m tests.interop

bundle: setup ## compile the firmware to .mpy files: make bundle BOARD=emulator
	$(PY) -m stanchion bundle --board $(BOARD)

bench: setup ## count instructions and time the curve; writes docs/performance.md
	$(PY) -m tools.bench

docs: setup ## write again what comes from tables: protocol, CDDL, typed commands
	$(PY) -m stanchion.wiredocs
	$(PY) -m tests.attack.table
	$(PY) -m tests.unit.policy_sources

lock: setup ## refresh requirements/dev.txt from dev.in
	cd requirements && ../.venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o dev.txt dev.in

clean: ## remove what the build made
	rm -rf build .venv *.egg-info host/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
