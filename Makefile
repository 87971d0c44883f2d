# The book's commands. Needs make and Python 3.11 or newer; the rest goes into .venv, and Snakemake into .venv-workflow.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
READY := $(VENV)/.ready
PEERS := .venv-benchmarks
PEERS_PY := $(subst $(VENV)/,$(PEERS)/,$(PY))
LAB := .venv-lab
LAB_PY := $(subst $(VENV)/,$(LAB)/,$(PY))
WORKFLOW := .venv-workflow
SNAKEMAKE := $(WORKFLOW)/.ready
JUPYTER_BOOK := $(BIN)/jupyter-book
CHAPTERS := $(sort $(filter-out %.run.ipynb,$(wildcard book/*/*.ipynb)))
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout 2400 -n $(JOBS) --dist loadfile --no-loadscope-reorder

stage = @printf '\n== %s\n'
# What makes this machine compute as others do: simpler processors, for PyTorch and for OpenBLAS, and numbers of threads.
PLACES ?= ATEN_CPU_CAPABILITY=default OPENBLAS_CORETYPE=Nehalem OMP_NUM_THREADS=1 OMP_NUM_THREADS=2 OMP_NUM_THREADS=4

.DEFAULT_GOAL := help
.NOTPARALLEL:
# The tensors are tiny: a second thread gains nothing, and loses much where two test workers share two cores.
export OMP_NUM_THREADS ?= 1
.PHONY: help book check test elsewhere html serve pdf format benchmarks clean chapters scoreboard style types fast chapter unit notebooks quick \
        claims strict site workflow lab

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: chapters scoreboard html  ## run every chapter anew, then render the book
	@printf '\nThe book is at _build/html/index.html\n'

check: style types fast chapter  ## check what can be checked in five minutes: style, types, fast tests, one chapter

test: style types unit notebooks quick claims strict site  ## check everything that CI checks

elsewhere: $(READY)  ## run the chapters as other processors would, each anew: hours (PLACES=..., CHAPTERS="PART/NAME ...")
	@differ=; for place in $(PLACES); do \
	  printf '\n== Chapters with %s\n' "$$place"; \
	  env "$$place" OMP_WAIT_POLICY=PASSIVE SRNN_STORE="$(CURDIR)/_runs/elsewhere/$$place" $(PY) -m srnn_lib run --compare --jobs $(JOBS) \
	    $(patsubst book/%.ipynb,%,$(CHAPTERS)) || differ="$$differ $$place"; \
	done; [ -z "$$differ" ] || { echo "Chapters fail with:$$differ" >&2; exit 1; }

html: $(READY)  ## render the book from the stored outputs, without running anything
	$(stage) 'Rendering'
	$(JUPYTER_BOOK) build -q .

serve: html  ## render, then show the book at http://localhost:8000 (PORT=...)
	$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

pdf: html  ## print the book into _build/pdf, as one file and page by page, by Chromium or Chrome
	$(stage) 'Printing'
	$(PY) extensions/print_book.py

lab: $(LAB)/.ready  ## open the book in JupyterLab, with live panels; from elsewhere: make -C FOLDER lab (LAB_OPTIONS=...)
	PYTHONPATH='$(CURDIR)' JUPYTER_PATH='$(CURDIR)/$(VENV)/share/jupyter' JUPYTER_CONFIG_DIR='$(CURDIR)/$(LAB)/config' \
	  $(LAB_PY) -m jupyterlab --custom-css --notebook-dir='$(CURDIR)' --LabApp.default_url=/lab/tree/book $(LAB_OPTIONS)

workflow: $(READY) $(SNAKEMAKE)  ## install what runs chapters and trainings side by side, here or on a cluster

format: $(READY)  ## bring code and notebooks into the house's style
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

benchmarks: $(PEERS)/.ready  ## measure what everything costs, about six minutes alone on the machine; write the cost page
	$(stage) 'Benchmarks'
	mkdir -p _runs
	$(PEERS_PY) -m pytest -q benchmarks --benchmark-json=_runs/benchmarks.json
	$(PY) benchmarks/distill.py _runs/benchmarks.json
	$(PY) -m srnn_lib claims --write

clean:  ## remove what was rendered and cached; environments and the runs in _runs stay
	rm -rf _build .pytest_cache .ruff_cache .hypothesis .benchmarks *.egg-info
	find . -path './$(VENV)*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

chapters: $(READY)
	$(stage) 'Running all chapters at book scale'
	$(PY) -m srnn_lib run --scale book --jobs $(JOBS)

scoreboard: $(READY)
	$(stage) 'Writing the scoreboard'
	$(PY) -m srnn_lib claims --write

style: $(READY)
	$(stage) 'Style'
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(READY)
	$(stage) 'Types'
	$(PY) -m mypy

fast: $(READY)
	$(stage) 'Fast unit tests'
	$(PY) -m pytest -q -m 'not site and not browser and not slow and not quick' -n $(JOBS) --dist worksteal tests

chapter: $(READY)
	$(stage) 'One chapter at quick scale'
	$(PY) -m srnn_lib run self-replication/definitions --scale quick

unit: $(READY) $(SNAKEMAKE)
	$(stage) 'Unit tests'
	$(PY) -m pytest -m 'not site and not browser and not quick' -n $(JOBS) --dist worksteal tests

notebooks: $(READY)
	$(stage) 'Chapters against their stored outputs'
	@test -n '$(CHAPTERS)' || { echo 'There are no chapters in book/.' >&2; exit 1; }
	$(PY) -m pytest $(NBVAL) $(CHAPTERS)

quick: $(READY)
	$(stage) 'All chapters at quick scale, and their panels'
	$(PY) -m pytest -m quick -n $(JOBS) --dist worksteal tests/test_panels_in_use.py

claims: $(READY)
	$(stage) 'Claims and scoreboard'
	$(PY) -m srnn_lib claims --check
	$(PY) -m srnn_lib explorables --check

strict: $(READY)
	$(stage) 'Rendering, every warning an error'
	rm -rf _build
	$(JUPYTER_BOOK) build -q . -W -n --keep-going

site: $(READY)
	$(stage) 'Rendered pages, on disk and in a browser'
	$(PY) -m pytest -n $(JOBS) --dist loadgroup tests/test_site.py tests/test_browser.py tests/test_page.py \
	  tests/test_explorables*.py tests/test_places.py tests/test_scoreboard_in_use.py tests/test_print_book.py

$(READY): requirements.txt constraints.txt pyproject.toml
	$(stage) 'Installing into $(VENV) (about 6 GB; one to four minutes on a fast network)'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(PY) -m pip install -q --disable-pip-version-check -r requirements.txt -c constraints.txt
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# On top of the book's environment: what the benchmarks compare with. Without it the run goes on and lacks these rows.
SITE := import sysconfig; print(sysconfig.get_path('purelib'))
$(PEERS)/.ready: requirements-benchmarks.txt $(READY)
	$(stage) 'Installing into $(PEERS)'
	$(PY) -m venv --clear $(PEERS)
	$(PY) -c "$(SITE)" > "$$($(PEERS_PY) -c "$(SITE)")/book.pth"
	$(PEERS_PY) -m pip install -q --disable-pip-version-check -r requirements-benchmarks.txt -c constraints.txt \
	  && touch $@ || echo 'JAX could not be installed: its rows will be missing.' >&2

# On top of the book's environment, too, whose kernel and widgets it finds by JUPYTER_PATH.
$(LAB)/.ready: requirements-lab.txt lab/custom.css lab/overrides.json $(READY)
	$(stage) 'Installing JupyterLab into $(LAB) (about 100 MB)'
	$(PY) -m venv --clear $(LAB)
	$(PY) -c "$(SITE)" > "$$($(LAB_PY) -c "$(SITE)")/book.pth"
	$(LAB_PY) -m pip install -q --disable-pip-version-check -r requirements-lab.txt -c constraints.txt
	mkdir -p $(LAB)/config/custom $(LAB)/share/jupyter/lab/settings
	cp lab/custom.css $(LAB)/config/custom/
	cp lab/overrides.json $(LAB)/share/jupyter/lab/settings/
	@touch $@

$(SNAKEMAKE): requirements-workflow.txt
	$(stage) 'Installing Snakemake into $(WORKFLOW) (about 140 MB)'
	$(PYTHON) -m venv --clear $(WORKFLOW)
	$(WORKFLOW)/$(notdir $(BIN))/python -m pip install -q --disable-pip-version-check -r requirements-workflow.txt
	@touch $@
