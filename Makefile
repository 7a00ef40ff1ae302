# The two commands a person needs are `make demo` and `make test`; each sets up all that it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HYPERSTEP := $(BIN)/hyperstep

.PHONY: demo test test-libraries check static conformance faults reuse-table bench bench-quick bench-scale bench-reuse bench-warm bench-start-up format clean

demo: $(VENV)/.ready
	$(HYPERSTEP) run examples/digits/pipeline.py

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n 2

# What needs libraries that are too large for the development environment. Of torch pip takes, on Linux, a build of
# gigabytes with CUDA, unless it has been told of one without.
LIBRARIES ?= torch==2.13.0 lightgbm xgboost
test-libraries: $(VENV)/.ready-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(LIBRARIES)
	$(BIN)/python -m pytest tests/launchers/warm/test_torch.py tests/launchers/warm/test_boosting.py \
	    tests/launchers/warm/test_chance.py tests/runtime/test_torch_sweeps.py

check: static test

static: $(VENV)/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Sweeps under kills, stops, full disks, odd metrics: 200 random points of each scenario, 50 of each cell of the table.
POINTS ?= 200
CELL_POINTS ?= 50
faults: $(VENV)/.ready-dev
	$(BIN)/python -m hyperstep.testing.faults --points $(POINTS)
	$(BIN)/python -m hyperstep.testing.faults --points $(CELL_POINTS) --table determinism

# How much of the v1 API in scope is there, name by name.
conformance: $(VENV)/.ready-dev
	$(BIN)/python -m hyperstep.compatibility.report

# The tables of docs/reuse.md, from the cases that the tests go through.
reuse-table: $(VENV)/.ready-dev
	$(BIN)/python -m tests.runtime.runner.test_step_reuse
	$(BIN)/python -m tests.runtime.runner.test_trial_plan

# Rivals and limits side by side; writes docs/benchmarks.md and its picture. Hours; bench-quick is one short round, and
# writes nothing.
bench: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/rivals/compare.py --write
bench-quick: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/rivals/compare.py --quick

# A million simulated trials; writes docs/scale.md.
bench-scale: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/sampler_growth.py
	$(BIN)/python benchmarks/scale.py --write docs/scale.md

# Starts and ends of trials, cold and warm, beside bare processes and a bare fork server.
bench-warm: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/warm_starts.py

# A resubmit of an unchanged pipeline beside DVC and a bare walk over its files.
bench-reuse: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/reuse.py

# What a user waits for before anything happens: help, imports in a trial, a submit until the first line runs.
bench-start-up: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/start_up.py

format: $(VENV)/.ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# An editable install; its sources are compiled here because Python may be told not to do so by itself.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[examples]"
	$(BIN)/python -m compileall -q src
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) build dist
