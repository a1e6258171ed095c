# Everything a fresh machine needs: Python >= 3.11 with venv, git, make. `make` alone prints help.
PYTHON := $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo $$name && break; done)
NO_PYTHON := Python 3.11 or newer with venv is missing. \
	Debian/Ubuntu: apt-get install python3 python3-venv. macOS: brew install python@3.13.
BIN := .venv/bin

.PHONY: help demo test lint bench lock

help:
	@echo 'make demo    the whole product on this machine, no accounts needed'
	@echo 'make test    every test'
	@echo 'make lint    style and types'
	@echo 'make bench   whole commands, timed side by side'
	@echo 'make lock    write both lock files anew (needs uv)'

demo: .venv/ready
	@$(BIN)/python -m bot demo $(DEMO)

test: .venv/ready-to-test
	@$(BIN)/python -m pytest $(TEST)

lint: .venv/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ready-to-test
	@$(BIN)/python -m tests.benchmarks

# The two locks are the only word on versions; hashes make them the only files that install.
.venv/ready: requirements.lock pyproject.toml
	@test -n '$(PYTHON)' || { echo '$(NO_PYTHON)' >&2; exit 1; }
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

.venv/ready-to-test: .venv/ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --quiet
lock:
	$(LOCK) -o requirements.lock
	$(LOCK) --group dev -o requirements-dev.lock
