# Everything that a person types. Each target says what it is for after `##`; `make help` prints them.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && exit; done; echo python3)
LAUNCH := $(PYTHON) -E -m core.launch
BIN := .venv/bin
WORKERS ?= auto
COVERAGE ?= 85
T ?= tests

.DEFAULT_GOAL := help
.PHONY: help run setup test lint types fix unit histories migrations coverage bench migrate migration lock fresh vertical password-link

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: ## Set up what is missing and run Mainspring: prints its address, keeps going until Ctrl-C (PORT=8001 make run)
	@exec $(LAUNCH) run

test: ## Set up everything and check everything: format, lint, layers, types, migrations, all tests with coverage
	@$(LAUNCH) setup --dev --browser
	@$(MAKE) --no-print-directory lint types
	@$(LAUNCH) with-services -- $(MAKE) --no-print-directory migrations coverage

setup: ## Set up for development, start nothing
	@$(LAUNCH) setup --dev

$(BIN)/ruff:
	@$(LAUNCH) setup --dev

lint: | $(BIN)/ruff ## Format, style and layer rules
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports > /dev/null || $(BIN)/lint-imports

types: | $(BIN)/ruff ## Types: Python (pyright, strict) and TypeScript
	$(BIN)/pyright
	@$(LAUNCH) npm run check

fix: | $(BIN)/ruff ## Put right what tools can put right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

unit: | $(BIN)/ruff ## Tests alone, with servers of their own: make unit T=tests/domain
	@$(LAUNCH) with-services -- $(BIN)/pytest $(T)

histories: | $(BIN)/ruff ## Record anew, from real runs, the histories that workflows are replayed against
	@$(LAUNCH) with-services -- $(BIN)/python -m tests.histories.record

migrations: # (inside `make test`) the migrations build exactly what the models say
	$(BIN)/alembic upgrade head
	$(BIN)/alembic check

coverage: # (inside `make test`) every test, in several processes
	$(BIN)/pytest -n $(WORKERS) --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE)

bench: ## Compare with peers and with plain alternatives, side by side (make bench B="crowd events")
	@$(LAUNCH) setup --dev
	@$(LAUNCH) with-services --durable -- $(BIN)/python -m bench $(B)

migrate: | $(BIN)/ruff ## Bring the local database up to date
	@$(LAUNCH) migrate

migration: | $(BIN)/ruff ## Write a migration from what changed in the models: make migration M="add bookings"
	@$(LAUNCH) with-services -- sh -c '$(BIN)/alembic upgrade head && $(BIN)/alembic revision --autogenerate -m "$$0"' "$(M)"

lock: ## Resolve all dependencies anew into the locks: names, versions and hashes, no addresses
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade -c requirements.lock pyproject.toml --group dev -o requirements-dev.lock
	@$(LAUNCH) npm install --package-lock-only --omit-lockfile-registry-resolved
	@$(LAUNCH) npm install --package-lock-only --omit-lockfile-registry-resolved --prefix core/launch/postgres
	@$(LAUNCH) npm run lock

password-link: ## A link for a new password, where no mail is sent: make password-link EMAIL=ada@example.com
	@test -n "$(EMAIL)" || { echo 'Whose? For instance: make password-link EMAIL=ada@example.com'; exit 2; }
	@$(LAUNCH) with-database web.password_link "$(EMAIL)"

fresh: ## Throw the local data away, after asking (YES=1: without)
	@$(LAUNCH) fresh $(if $(YES),--yes)

vertical: ## Everything that belongs to one noun: make vertical N=contacts
	@test -n "$(N)" || { echo 'Which one? For instance: make vertical N=contacts'; exit 2; }
	@git ls-files '*$(N)*'
