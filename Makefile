# Everything a developer does here. Each target does its own set-up on a machine that has Python
# 3.11 or newer and make; nothing is done twice.

PYTHON := .venv/bin/python
BROWSER_PART := dashboards/board/browser
VENV := .venv/made
MODULES := $(BROWSER_PART)/node_modules/.made

# Found when they are needed, and only once.
NODE = $(eval NODE := $(shell scripts/find-node))$(NODE)
BROWSER = $(eval BROWSER := $(shell scripts/find-browser))$(BROWSER)

.PHONY: help run test check bundle lock format
.DEFAULT_GOAL := help

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV) ## run the whole product on this machine; Ctrl-C ends it
	@$(PYTHON) -m backend run --until-parent-ends

# Stories wait for sounds and clocks more than they compute, so two run side by side; a file's stay
# together, as they share what is dear to start. Many of them start the product anew: what is
# compiled is kept, even where the shell asks Python not to.
test: $(VENV) $(MODULES) ## run all tests; PYTEST="-k word" chooses among those in Python
	@test -n "$(BROWSER)"
	PATH="$(NODE):$$PATH" PATCHBAY_TEST_BROWSER="$(BROWSER)" PYTHONDONTWRITEBYTECODE= \
		$(PYTHON) -m pytest -n 2 --dist loadfile $(PYTEST)
	cd $(BROWSER_PART) && PATH="$(NODE):$$PATH" npm test

check: $(VENV) $(MODULES) ## check format, lint, types, import contracts and the bundle
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	PATH="$(NODE):$$PATH" $(PYTHON) -m pyright
	.venv/bin/lint-imports
	cd $(BROWSER_PART) && PATH="$(NODE):$$PATH" npm run types
	cd $(BROWSER_PART) && PATH="$(NODE):$$PATH" npm run build -- --check

format: $(VENV) ## put the Python code into its format, and mend what ruff can mend
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

bundle: $(VENV) $(MODULES) ## build the board's JavaScript, which is kept in the repository
	cd $(BROWSER_PART) && PATH="$(NODE):$$PATH" npm run build

lock: $(VENV) ## write requirements.lock anew from pyproject.toml
	.venv/bin/uv pip compile pyproject.toml --all-extras --universal --generate-hashes \
		-o requirements.lock --custom-compile-command "make lock" -q

$(VENV): requirements.lock scripts/make-venv scripts/uv.txt
	@scripts/make-venv
	@touch $@

$(MODULES): $(BROWSER_PART)/package-lock.json | $(VENV)
	cd $(BROWSER_PART) && PATH="$(NODE):$$PATH" npm ci --no-fund --no-audit
	@touch $@
