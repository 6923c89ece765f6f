# Every target sets up what it needs by itself. `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -q --disable-pip-version-check
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test test-live test-soak bench load lint messages fmt shell migrate clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(VENV)/.run: setup.cfg setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; found: $(PYTHON)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) -e . 2>$(VENV)/install.log || { cat $(VENV)/install.log; exit 1; }
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(INSTALL) -e '.[dev]' 2>$(VENV)/install.log || { cat $(VENV)/install.log; exit 1; }
	@touch $@

CATALOGUES := $(wildcard crm_web/translations/*/LC_MESSAGES/messages.po)
%.mo: %.po | $(VENV)/.run
	@$(BIN)/pybabel -q compile -i $< -o $@

run: $(VENV)/.run $(CATALOGUES:.po=.mo) ## the whole hotline on this machine (PORT=8000 SWITCH=freeswitch|rehearsal)
	@exec $(BIN)/python -m docker.onebox

test: $(VENV)/.dev $(CATALOGUES:.po=.mo) ## everything that can be tested here
	@$(BIN)/python -m pytest $(ARGS)

test-live: $(VENV)/.dev $(CATALOGUES:.po=.mo) ## telephone scenarios on a real FreeSWITCH (LIVE=required: fail without one)
	@$(BIN)/python -m tests.live $(ARGS)

test-soak: $(VENV)/.dev $(CATALOGUES:.po=.mo) ## random walks for long (WALK_SECONDS=1800 WALK_SEED=1 CROWD_ACTIONS=2000 SWITCH=freeswitch|rehearsal)
	@WALK_SECONDS=$${WALK_SECONDS:-1800} CROWD_ACTIONS=$${CROWD_ACTIONS:-2000} \
	  $(BIN)/python -m tests.live "test_walk or test_crowd"

bench: $(VENV)/.dev $(CATALOGUES:.po=.mo) ## speed and memory beside a floor or a peer, as ratios
	@$(BIN)/python -m tests.bench $(ARGS)

load: $(VENV)/.dev $(CATALOGUES:.po=.mo) ## calls on everything, beside FreeSWITCH alone (RATE=5 calls/s MINUTES=1 SWITCH=freeswitch|rehearsal)
	@$(BIN)/python -m tests.load

lint: $(VENV)/.dev ## flake8, isort, mypy, import rules
	@$(BIN)/flake8 esl_controller ivr_scripts crm_web workers migrations docker tests
	@$(BIN)/isort --check-only -q esl_controller ivr_scripts crm_web workers migrations docker tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

messages: $(VENV)/.dev ## collect new texts for the English catalogue
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext -k lazy_pgettext:1c,2 \
	  --no-location --sort-output -o build/messages.pot .
	@$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	  -w 100 -i build/messages.pot -d crm_web/translations -l en
	@rm build/messages.pot

fmt: $(VENV)/.dev ## sort imports
	@$(BIN)/isort -q esl_controller ivr_scripts crm_web workers migrations docker tests

shell: $(VENV)/.run ## a Python shell with the web app's models
	@$(BIN)/python -m crm_web.cli shell

migrate: $(VENV)/.run ## bring the database to the newest schema
	@$(BIN)/python -m crm_web.cli migrate

clean: ## remove the virtual environment and caches (never the data in var/)
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache
