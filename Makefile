# Copyright (c) 2026 winops.mars contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

PYTHON ?= python3
BUILD := $(CURDIR)/.build
ENVIRONMENT := $(PYTHON) tests/tools/environments.py
# The profile of hypothesis, see tests/conftest.py
EXAMPLES := untimed

# Everything below runs in the development environment and keeps what it writes in .build
export PATH := $(BUILD)/venv/dev/bin:$(PATH)
export PYTHONPATH := $(CURDIR):$(BUILD)/collections
export PYTHONPYCACHEPREFIX := $(BUILD)/cache/bytecode
# Ansible starts a process for every task of every host, each of which would compile what it imports
unexport PYTHONDONTWRITEBYTECODE
export ANSIBLE_COLLECTIONS_PATH := $(BUILD)/collections
export ANSIBLE_HOME := $(BUILD)/ansible
export HYPOTHESIS_STORAGE_DIRECTORY := $(BUILD)/cache/hypothesis

.DEFAULT_GOAL := help
.PHONY: help setup demo test check unit simulator e2e browser matrix lint style types docs site sanity galaxy awx bench \
	generate format changelog lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## start a simulated fleet, check it, and fix what can be fixed
	tests/demo/run

# First the tests side by side, then the checks, even after a test failed: more processes at a time take longer in all
test: setup ## all tests and checks
	@echo "Running the end-to-end and the unit tests, which takes some minutes. Each shows its results at its end."
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target EXAMPLES=quick e2e unit; tests=$$?; \
	$(MAKE) --no-print-directory --keep-going --jobs=4 --output-sync=target check && exit $$tests

setup: ## create what the other targets need, below .build (each of them does so itself)
	@$(ENVIRONMENT) dev
	@python -m tests.tools.inspecjs

# The oldest and the newest; those between are for `make matrix` alone
check: CORES := core-2.16 core-2.21
# What takes long and ruff, mypy and yamllint see as well, pylint above all, is for `make sanity` alone
check: SANITY := --quick
# Not the folders of roles, whose syntax ansible-playbook would check one by one: the tests run them
check: LINTED := $(wildcard playbooks/*.yml playbooks/*/*.yml roles/*/*/*.yml) galaxy.yml meta/runtime.yml
# The longest first
check: sanity matrix lint types docs galaxy ## everything that make test runs beside the tests

unit: setup ## the unit tests, those of the simulator among them
	pytest --hypothesis-profile=$(EXAMPLES) tests/unit

simulator: setup ## the simulator, driven by clients nobody here wrote
	pytest tests/unit/simulator

# Files apart, since the tests of one share what they test; those with the most tests first, which take the longest
e2e: setup ## playbooks against the simulated fleet
	pytest --numprocesses=2 --dist=loadfile tests/e2e

browser: setup ## the HTML report in Chromium, which it installs if it may
	python -m tests.tools.browser
	pytest tests/unit/plugins/plugin_utils/mars/report/test_page_in_browser.py

matrix: setup ## what depends on ansible-core, with every other supported version
	python -m tests.tools.matrix $(CORES)

lint: style ## style of Python, YAML and Ansible content; licenses; changelog
	ansible-lint --offline $(LINTED)
	python -m tests.tools.changelog --check

style: setup ## the part of lint that takes seconds
	ruff check
	ruff format --check
	yamllint --strict .
	reuse lint --lines
	antsibull-changelog lint

types: setup ## mypy
	MYPYPATH=$(PYTHONPATH) mypy --package ansible_collections.winops.mars.plugins --package tests

docs: setup ## the documentation of modules and roles, and the guides
	python -m tests.tools.docs

site: setup ## the documentation as a site in .build/site, with pictures made in Chromium where it is
	python -m tests.tools.site

sanity: setup ## ansible-test sanity
	python -m tests.tools.sanity $(SANITY)

galaxy: setup ## build the collection as Galaxy would import it
	@$(ENVIRONMENT) galaxy
	python -m tests.tools.galaxy

awx: setup ## the playbook that creates templates in AWX, with the collection awx.awx
	python -m tests.tools.awx
	pytest --quiet tests/e2e/test_awx_objects.py

bench: setup ## cost of an audit, against a task that does nothing, and of the HTML report
	tests/bench/run
	tests/bench/report

generate: setup ## write what is generated from the catalogue, the facts, and the roles' specs
	python -m tests.tools.generate

format: setup ## let ruff lay out and repair the code
	ruff check --fix
	ruff format

changelog: setup ## write CHANGELOG.rst from the fragments in changelogs/fragments
	python -m tests.tools.changelog

lock: ## resolve the pinned versions in tests/requirements anew
	@$(ENVIRONMENT) --lock

clean: ## remove everything that make created
	rm -rf $(BUILD)
