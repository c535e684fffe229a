# Each target needs nothing but python3 with venv: it makes .venv from the pinned requirements when there is none.
PYTHON ?= python3
PROVIDER ?= simulator
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11

.PHONY: demo test soak editors bench picture docs pins clean

demo: .venv/demo
	@$(BIN)/python client-example/terminal/demo.py --provider $(PROVIDER)

# On as many processors as there are. Which tests belong into one process is said in tests/conftest.py. They start some
# hundred servers, so what is compiled is kept, whatever the environment says.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup --no-loadscope-reorder $(TESTS)

# Many more users, models and editors than in the tests: make soak SOAK="--runs 100000 --seed 7" WEATHER="--jobs 5000".
# One part that fails keeps none of the others from running.
soak: .venv/dev .venv/gateway
	@status=0; \
	$(BIN)/python -m tests.streaming || status=1; \
	$(BIN)/python -m tests.soak $(SOAK) || status=1; \
	$(BIN)/python -m tests.weather $(WEATHER) || status=1; \
	$(BIN)/python -m pytest -s tests/engine/soak_gateway.py || status=1; \
	QWEN_SOAK=1 $(BIN)/python -m pytest tests/e2e/test_killed.py || status=1; \
	QWEN_SOAK=1 $(BIN)/python -m pytest -s tests/account/storage/test_many_processes.py || status=1; \
	exit $$status

# In real editors, those that NVIM, HELIX and EMACS name: make editors NVIM=nvim HELIX=hx EMACS=emacs. Needs tmux.
editors: .venv/dev
	NVIM="$(NVIM)" HELIX="$(HELIX)" EMACS="$(EMACS)" $(BIN)/python -m tests.editors $(STORIES)

# How fast and how small the server is, against goals; or beside that of another commit, which is built for it, and in
# three runs: make bench BASE=main. That fails where something is worse by more than a tenth in each run.
bench: .venv/dev
	$(BIN)/python -m tests.bench $(if $(BASE),--base $(BASE))

# The picture of the README, from a real run.
picture: .venv/demo
	$(BIN)/python client-example/terminal/demo.py --save-picture docs/pictures/demo.svg

# The generated pages of docs/.
docs: .venv/dev
	$(BIN)/python docs/generate.py

# The pinned versions, made anew. Needs uv.
pins:
	$(COMPILE) pyproject.toml requirements/build.in --extra dev --output-file requirements/dev.txt
	$(COMPILE) pyproject.toml requirements/build.in --extra demo --constraints requirements/dev.txt --output-file requirements/demo.txt
	$(COMPILE) requirements/proxy.in --output-file requirements/proxy.txt
	$(COMPILE) requirements/gateway.in --output-file requirements/gateway.txt

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/demo: requirements/demo.txt pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes --requirement requirements/demo.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements/dev.txt pyproject.toml .venv/proxy | .venv/bin/python
	$(PIP) install --require-hashes --requirement requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ .venv/demo

# The proxy that the tests go through wants older libraries than ours, so it has an environment of its own.
.venv/proxy: requirements/proxy.txt | .venv/bin/python
	$(PYTHON) -m venv .venv/proxy
	.venv/proxy/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements/proxy.txt
	@touch $@

# The gateway of the soak, LiteLLM, is 750 MB that nothing else needs.
.venv/gateway: requirements/gateway.txt | .venv/bin/python
	$(PYTHON) -m venv .venv/gateway
	.venv/gateway/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements/gateway.txt
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
