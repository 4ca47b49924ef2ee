# Deep Learning, Checked. `make help` lists what there is. Needs Linux, Python 3.11 or newer, git and make; nothing else.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install book pdf epub test test-all check concept serve lab exercises bench book-report screenshots clean distclean
export PYTHON

PORT ?= 8000
RUN := .venv/bin/python
BOOK := _build/html

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv, or bring it up to date
	@sh .ci/install

book: install ## build the book, and say where it is
	@$(RUN) -m course_lib.cli exercises
	@$(RUN) -m course_lib.publishing.book

pdf: install ## the whole book as one PDF (needs Debian's chromium, fontconfig, fonts-noto-cjk)
	@$(RUN) -m course_lib.publishing.one_file pdf --needs
	@$(MAKE) --no-print-directory book
	@$(RUN) -m course_lib.publishing.one_file pdf

epub: book ## the whole book as one EPUB
	@$(RUN) -m course_lib.publishing.one_file epub

test: install ## every check CI makes: style, types, tests, house rules, book, notebooks, grading
	@$(RUN) .ci/stages.py

test-all: install ## `make test` with the long suites whole, as CI runs it
	@WHOLE=1 $(RUN) .ci/stages.py

check: install ## the fast part of `make test`
	@$(RUN) .ci/stages.py --fast

concept: install ## all that concerns one concept (CONCEPT=tensors), for who writes it
	@$(RUN) .ci/concept.py "$(CONCEPT)"

serve: book ## read the book at http://127.0.0.1:8000 (PORT=… for another port)
	@echo "Read it at http://127.0.0.1:$(PORT) (stop with Ctrl-C)."
	@$(RUN) -m http.server $(PORT) --bind 127.0.0.1 --directory $(BOOK)

lab: install ## open the exercises in JupyterLab
	@$(RUN) -m jupyter lab --ip 127.0.0.1 --notebook-dir exercises

exercises: install ## write the exercise notebooks anew from solutions/
	@$(RUN) -m course_lib.cli exercises

bench: install ## measure, beside what was promised
	@$(RUN) -m benchmarks

book-report: book ## the book in a browser, beside what was promised (Lighthouse too, where Node is)
	@$(RUN) -m benchmarks book_in_browser

screenshots: book ## take the README's pictures anew (needs Chromium)
	@$(RUN) docs/screenshots.py

clean: ## remove what was built (keeps .venv)
	rm -rf _build .hypothesis .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv as well
	rm -rf .venv *.egg-info
