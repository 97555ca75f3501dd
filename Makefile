# make run: the chat on the seeds; make test: every check and test; make setup: only the environment of both.
PYTHON ?= python3
INDEX ?= .quoth

.PHONY: run test setup check

run: setup
	@test -e $(INDEX)/catalog.sqlite || .venv/bin/python -m index build seeds --index $(INDEX)
	@.venv/bin/python -m ui --index $(INDEX)

test: check
	.venv/bin/python -m pytest

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

setup: .venv/made

# Installed anew when what is required changes.
.venv/made: requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch .venv/made
