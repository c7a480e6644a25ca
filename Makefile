# Hazir: every verb. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv/bin
LOCK := $(VENV)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
# Code that is checked. `client/` has its own tests; `common/pb/` is generated.
CODE := common auth_service attendance_service reporter_service face_service local clients/python
CHECKED := $(CODE) tests $(wildcard bench)

# The set-up, by the environment's own Python when it is there (it is quicker to find).
SETUP = python=$(VENV)/python; $$python -c '' 2>/dev/null || python=$$(sh local/choose-python.sh) || exit 1; $$python -m local.setup

# Many tests wait more than they work, so three keep two cores busy.
TESTERS := 3

# Node.js may be in the environment (see local/packages.py), so its programs come first.
PYTEST := PATH="$(CURDIR)/$(VENV):$$PATH" $(VENV)/pytest -q -n $(TESTERS)
# A module's tests share their servers; the modules are begun in the order of tests/conftest.py.
WHOLE := $(PYTEST) --dist loadfile --no-loadscope-reorder -m 'not faults'

# What only looks at, or deletes, what a run has left.
IF_SET_UP = test -x $(VENV)/python || { echo 'Nothing is set up yet; start with: make run'; exit 3; }

##@ Run
.PHONY: run
run: ## Set up what is missing and run the whole system here; Ctrl-C stops it
	@$(SETUP) run && exec $(VENV)/python -m local run

.PHONY: status
status: ## What runs, on which ports, and how much memory it takes
	@$(IF_SET_UP); $(VENV)/python -m local status

.PHONY: logs
logs: ## Follow every process's log
	@$(IF_SET_UP); $(VENV)/python -m local logs

.PHONY: admin
admin: ## Make the first administrator (asks; or ADMIN_USERNAME=name ADMIN_PASSWORD=…, ADMIN_EXISTING=1)
	@$(SETUP) run && $(VENV)/python -m local admin

.PHONY: rotate-key
rotate-key: ## A new key to sign tokens with, without an interruption (NOW=1: withdraw the old one at once)
	@$(IF_SET_UP); NOW='$(NOW)' $(VENV)/python -m local rotate-key

.PHONY: verify-audit
verify-audit: ## Check the audit's hash chains (HEAD=number:hash, noted before: against that head too)
	@$(IF_SET_UP); HEAD='$(HEAD)' $(VENV)/python -m local verify-audit

.PHONY: re-embed
re-embed: ## Bring every enrolled face to the models in use, after they changed; may be ended and begun again
	@$(IF_SET_UP); $(VENV)/python -m local re-embed

.PHONY: certs
certs: ## Certificates for the gateway, so that phones get a camera (NAMES=host,address adds names)
	@$(SETUP) run && NAMES='$(NAMES)' $(VENV)/python -m local certs

.PHONY: reset
reset: ## Delete every person, record, secret and log (asks first)
	@$(IF_SET_UP); YES='$(YES)' $(VENV)/python -m local reset

##@ Check
.PHONY: setup-test
setup-test:
	@$(SETUP) test

.PHONY: check
check: setup-test lint unit ## Format, lint, types, import contracts, unit tests: under a minute

.PHONY: lint
lint:
	@$(VENV)/ruff format --check -q $(CHECKED)
	@$(VENV)/ruff check -q $(CHECKED)
	@$(VENV)/mypy
	@$(VENV)/lint-imports --no-cache >var/lint-imports.log || { cat var/lint-imports.log; exit 1; }

.PHONY: unit
unit:
	@$(PYTEST) tests/unit clients/python/tests

.PHONY: test
test: setup-test lint ## The same with every test: real servers, a real browser
	@$(WHOLE) tests clients/python/tests

.PHONY: coverage
coverage: setup-test ## Every test, and how much of the code they reach (htmlcov/): 90 %, all of the rules
	@$(VENV)/coverage erase; $(WHOLE) --cov --cov-report=html --cov-report=term tests clients/python/tests
	@$(VENV)/coverage report --include='*/domain.py,*/domain/*' --fail-under=100

.PHONY: test-faults
test-faults: setup-test ## The long schedules of faults: kill -9, lost servers, slow clients
	@$(PYTEST) -m faults tests

.PHONY: test-contract
test-contract: setup-test ## Some 50,000 made-up requests against the OpenAPI documents (SEED=1: others)
	@EXAMPLES=$(or $(EXAMPLES),160) SEED=$(or $(SEED),0) $(PYTEST) tests/contract

.PHONY: bench
bench: setup-test ## The measurements of docs/benchmarks.md
	@$(VENV)/python -m bench

.PHONY: bench-faces
bench-faces: setup-test ## How often faces are matched rightly on photos of your own (DATA=folder)
	@$(VENV)/python -m bench.faces '$(DATA)'

##@ Build
.PHONY: lock
lock: setup-test ## Renew the locked dependencies (UPGRADE=1: to their newest versions)
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements-setup.in -o requirements-setup.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements-node.in -o requirements-node.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements-dev.in -o requirements-dev.lock
	@$(LOCK) -c requirements-dev.lock requirements-local.in -o requirements-local.lock
	@$(LOCK) -c requirements-dev.lock requirements.in -o requirements.lock

.PHONY: proto
proto: setup-test ## Generate common/pb from proto/
	@$(VENV)/python -m grpc_tools.protoc -I common/pb=proto --python_out=. --pyi_out=. \
	    --grpc_python_out=. common/pb/attendance.proto

.PHONY: compose-config
compose-config: ## Check docker-compose.yml strictly, without an engine
	@sh local/compose-config.sh

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
