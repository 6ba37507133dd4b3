# Environment and common calls; everything else is `snakemake`.
PYTHON ?= python3
STUDY := $(shell sed -n 's/^study: *//p' config.yaml)
QUIETLY := --quiet --quiet --disable-pip-version-check
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: study look report provenance verify digests test test-slurm rehearsal lint bench bench-check environment clean

study: environment  # Run the study that config.yaml names, a bar for every rule, and its report; say what was found and what to open.
	snakemake --logger rich --config study=$(STUDY)
	@$(MAKE) --no-print-directory report
	@sed -n '/^<section id="answer"/,/^<dl/ s/^<p[^>]*>\(.*\)<\/p>$$/\1/p' results/$(STUDY)/findings.html
	@echo "Open results/$(STUDY)/findings.html in a browser."

look: environment  # A first look: one family, its headline and cheapest controls, and their report.
	@$(MAKE) --no-print-directory study STUDY=look

report: environment results/$(STUDY)/report.html  # One self-contained page with every figure and table.

results/$(STUDY)/report.html: $(wildcard paper_figures/$(STUDY)/*.csv results/$(STUDY)/tables/*.md report/*.rst)
	snakemake --quiet all --report $@ --config study=$(STUDY)
	@echo "$@ has every figure and table with its caption."

provenance: environment  # Trace every figure and table to its checkpoints, comparing all digests on the way.
	snakemake --quiet rules --forcerun trace_provenance -- results/$(STUDY)/provenance.md
	@sed -n '/^[*][*]/,/^##/{/^##/!p}' results/$(STUDY)/provenance.md

verify: environment  # Compare the finished study with the committed digests; name what differs first.
	PYTHONPATH=src python -m crosspatch.workflow.verify compare $(STUDY)

digests: environment  # Write these digests, to be committed with what changed them.
	PYTHONPATH=src python -m crosspatch.workflow.verify write $(STUDY)

test: environment  # Every test but those that start a SLURM or rehearse a whole study.
	pytest -n 2 -m "not slurm and not rehearsal"

test-slurm: environment  # The tests that start a SLURM on the loopback interface (root, Debian's slurmctld and slurmd).
	pytest -m "slurm and not rehearsal" -rs

rehearsal: environment  # The studies of released checkpoints on tiny stand-ins, and three of their pairs through SLURM.
	pytest -m rehearsal -rs --capture=no

lint: environment  # Check style, types, workflow and spelling.
	ruff check .
	ruff format --check .
	mypy
	snakefmt --check Snakefile rules
	snakemake --lint
	codespell
	check-jsonschema --quiet --builtin-schema vendor.citation-file-format CITATION.cff
	check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml

bench: .venv-bench/installed $(if $(findstring --only gpu,$(BENCH)),,results/miniature/tables/balanced.md)  # Speed and memory as ratios, into docs/benchmarks.md.
	TQDM_DISABLE=1 OPENBLAS_NUM_THREADS=1 .venv-bench/bin/python -m benchmarks $(BENCH)

.venv-bench/installed: requirements.lock benchmarks/requirements.txt  # With the peers, which the project does not need.
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install $(QUIETLY) -r requirements.lock -r benchmarks/requirements.txt
	.venv-bench/bin/pip install $(QUIETLY) --no-deps --editable .
	touch $@

results/miniature/tables/balanced.md: environment
	snakemake --config study=miniature

bench-check: environment  # Two of these ratios, with wide margins.
	TQDM_DISABLE=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.regression

environment: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	pip install $(QUIETLY) -r requirements.lock
	pip install $(QUIETLY) --no-deps --editable .
	touch $@

clean:  # Remove everything that was generated; the environment stays.
	rm -rf results paper_figures .snakemake
