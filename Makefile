# Everything a person needs; a fresh machine needs only Python 3.11 to 3.13 and make.
#   make run    the whole product on http://127.0.0.1:8000      make test   all checks and tests
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:
.PHONY: help run test check format lint types contracts bytecode soak bench demo assets browser venv lock docs clean

# where byte code is not kept, each start compiles a thousand files again
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8000
DATA ?= ./var
URL ?= http://127.0.0.1:8000
FILE ?=
WORKERS ?= 3
ARGS ?=

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
  "$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo "$$name"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := b2b_market tests tools migrations bench

help:
	@echo "make run     start the product (PORT=$(PORT), DATA=$(DATA))"
	@echo "make test    format, lint, types, contracts, then all tests"
	@echo "make check   format, lint, types, contracts"
	@echo "make demo    run the main job against a running server (URL=$(URL), FILE=your.csv)"
	@echo "make bench   measure;  make soak   the long seeded runs"
	@echo "make docs    generate the pages in docs/ that come from the code"
	@echo "make assets, make venv   bring in what the above need;  make lock   resolve the dependencies again"

# ---- what everything needs

venv: $(READY)

$(READY): pyproject.toml requirements.lock tools/bootstrap.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; name one with PYTHON=/path/to/python3." >&2; exit 1; }
	@test -x $(BIN)/python || echo "Making the virtual environment in $(VENV) (once, about a minute)."
	@"$(PYTHON)" -m venv $(VENV) || { echo "The module venv is missing; on Debian install python3-venv." >&2; exit 1; }
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --only-binary=:all: -r tools/bootstrap.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

assets: $(READY)
	@$(BIN)/python tools/assets.py

browser: $(READY)
	@$(BIN)/python tools/browser.py

# ---- the product

run: assets
	@exec $(BIN)/python -m b2b_market.entrypoints.supervisor --port "$(PORT)" --data "$(DATA)" $(ARGS)

demo: $(READY)
	@exec $(BIN)/python -m tools.demo --url "$(URL)" --data "$(DATA)" $(if $(FILE),--file "$(FILE)") $(ARGS)

# ---- quality

check: types format lint contracts

format: $(READY)
	@$(BIN)/ruff format --check $(CODE)

lint: $(READY)
	@$(BIN)/ruff check $(CODE)

types: $(READY)
	@$(BIN)/mypy b2b_market tests tools bench

contracts: $(READY)
	@$(BIN)/lint-imports

# mypy keeps one processor busy for half a minute on a fresh clone; the other checks and downloads take the other one
test: $(READY)
	@$(MAKE) --no-print-directory -j 2 check assets browser bytecode
	@exec $(BIN)/python -m pytest -n $(WORKERS) --cov $(ARGS)

# otherwise each worker of a fresh clone rewrites and compiles all tests at the same time as the others
bytecode: $(READY)
	@test -d tests/__pycache__ || $(BIN)/python -m pytest --collect-only -qq >/dev/null || true

soak: assets
	@exec $(BIN)/python -m pytest -m soak -p no:randomly --timeout 3600 $(ARGS)

bench: assets
	@exec $(BIN)/python -m bench $(ARGS)

docs: assets
	@exec $(BIN)/python -m tools.docs $(ARGS)

# ---- maintenance

lock: $(READY)
	@$(BIN)/uv pip compile pyproject.toml --extra embedded --group dev --universal --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links --quiet --upgrade -o requirements.lock
	@! grep -nE '(https?|file):' requirements.lock || { echo "requirements.lock names a host; resolve without extra indexes." >&2; exit 1; }

clean:
	rm -rf $(VENV) .venv-node .stamps node_modules b2b_market/ui/static/vendor b2b_market/infra/fonts \
	  .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov dist
