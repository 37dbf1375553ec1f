# Everything from a clean clone with Python 3.11 or newer and make: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo demo-real test attacks check lock bench setup clean

demo: setup        ## a made-up federation of 55 LEROs, asked, answered, combined and drawn
	rm -rf out/demo
	$(BIN)/lero-coordinator demo --leros 55 --out out/demo

demo-real: setup   ## public research data at 32 sites, where ../shared is present
	rm -rf out/ctn
	$(BIN)/lero-coordinator demo --real ../shared/data/ctn_site_periods.csv --out out/ctn

test: setup        ## every test; one that needs a browser or ../shared skips by name where it is missing
	$(BIN)/pytest

attacks: setup     ## every attack and fault: which test defeats it, or that none does
	PYTHONPATH=tests$${PYTHONPATH:+:$$PYTHONPATH} $(BIN)/python -m attacks.report

check: setup       ## style, types, layering, generated code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python protos/generate.py --check

bench: setup       ## speed, as ratios within one run
	for script in bench/*.py; do $(BIN)/python $$script || exit 1; done

lock: setup        ## works the lock out anew
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --output-file requirements.lock requirements-build.in

setup: $(VENV)/ready

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf $(VENV) out dist
